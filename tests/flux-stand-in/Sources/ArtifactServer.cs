using System.Net;
using FluxStandIn.Controllers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace FluxStandIn.Sources;

/// <summary>Serves the artifacts, and the counters at <c>/reconciles</c>.</summary>
internal static class ArtifactServer
{
    public static async Task<WebApplication> StartAsync(IPEndPoint address, ArtifactStorage storage, ReconcileCounts counts, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address));
        var app = builder.Build();
        app.MapGet("/reconciles", () => Results.Json(counts.All));
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(storage.Root),
            ContentTypeProvider = new FileExtensionContentTypeProvider(new Dictionary<string, string> { [".gz"] = "application/gzip", [".tgz"] = "application/gzip" }),
        });
        await app.StartAsync(cancellation);
        storage.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return app;
    }
}
