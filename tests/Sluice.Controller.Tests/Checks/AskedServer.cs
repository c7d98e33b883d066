using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Controller.Tests.Checks;

/// <summary>A web hook on a real socket, which answers as a test says and keeps what it was asked.</summary>
internal sealed class AskedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _end = new();

    private AskedServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The body of its answers.</summary>
    public string Body { get; set; } = "";

    /// <summary>Whether it does not answer at all.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What decides about a question, where that is not the same for all.</summary>
    public Func<JsonNode, int>? Judge { get; set; }

    /// <summary>The bodies of the requests.</summary>
    public ConcurrentQueue<JsonNode> Asked { get; } = new();

    public static async Task<AskedServer> StartAsync()
    {
        var server = new AskedServer();
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        var question = text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
        Asked.Enqueue(question);
        if (IsSilent)
        {
            await _end.Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        context.Response.ContentType = "text/plain; version=0.0.4";
        context.Response.StatusCode = Judge?.Invoke(question) ?? Status;
        if (context.Response.StatusCode is >= 300 and < 400)
        {
            context.Response.Headers.Location = "/elsewhere";
        }

        await context.Response.WriteAsync(Body, context.RequestAborted);
    }
}
