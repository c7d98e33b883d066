using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Sluice.Kubernetes.Tests.Caching;

/// <summary>
/// Speaks the list and watch protocol, badly: it refuses, disconnects, garbles, repeats and forgets at random. It stands for a network
/// and an API server in trouble, which the real one of the test bed cannot be made to be; what a healthy server does is tested there.
/// </summary>
public sealed class StormyServer : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, StormyWorld> _worlds = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.Run(ServeAsync);
        await _app.StartAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal Uri Add(StormyWorld world)
    {
        var id = Guid.NewGuid().ToString("n");
        _worlds[id] = world;
        // Behind a path, like a server behind a proxy.
        return new Uri($"{_app.Urls.First()}/worlds/{id}/");
    }

    private async Task ServeAsync(HttpContext context)
    {
        var parts = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var world = _worlds[parts[1]];
        world.CountRequest();
        try
        {
            if (world.Chance(0.05, "connection reset"))
                context.Abort();
            else if (world.Chance(0.05, "500"))
                await RefuseAsync(context, 500, "InternalError");
            else if (world.Chance(0.03, "not served"))
                await RefuseAsync(context, 404, "NotFound");
            else if (world.Chance(0.03, "429"))
                await RefuseAsync(context, 429, "TooManyRequests", retryAfter: "0");
            else if (context.Request.Query.ContainsKey("watch"))
                await WatchAsync(context, world);
            else if (parts[^1] != "things")
                await GetAsync(context, world, new ObjectKey(parts[^3], parts[^1]));
            else
                await ListAsync(context, world);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedByUsException)
        {
            context.Abort();
        }
    }

    private static async Task GetAsync(HttpContext context, StormyWorld world, ObjectKey key)
    {
        if (world.Find(key) is { } stored)
            await context.Response.Body.WriteAsync(stored.Json);
        else
            await RefuseAsync(context, 404, "NotFound", details: $$""","details":{"name":"{{key.Name}}","kind":"things"} """);
    }

    private static async Task ListAsync(HttpContext context, StormyWorld world)
    {
        var limit = int.TryParse(context.Request.Query["limit"], out var asked) ? Math.Min(asked, 3) : int.MaxValue;
        var token = context.Request.Query["continue"].FirstOrDefault();
        if ((token is not null && world.Chance(0.1, "410 on a page")) || world.Page(token, limit) is not var (items, version, next))
        {
            await RefuseAsync(context, 410, "Expired");
            return;
        }
        var text = new StringBuilder("{\"kind\":\"ThingList\",\"apiVersion\":\"test.sluice.dev/v1\",");
        var metadata = $"\"metadata\":{{\"resourceVersion\":\"{version}\",\"continue\":\"{next}\"}}";
        // Either order is JSON.
        var last = world.Pick(2) == 0;
        if (!last)
            text.Append(metadata).Append(',');
        text.Append("\"items\":[").AppendJoin(',', items.Select(item => Encoding.UTF8.GetString(item.Json))).Append(']');
        if (last)
            text.Append(',').Append(metadata);
        var bytes = Encoding.UTF8.GetBytes(text.Append('}').ToString());
        if (world.Chance(0.1, "list cut short"))
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(0, world.Pick(bytes.Length)));
            await context.Response.Body.FlushAsync();
            throw new ConnectionAbortedByUsException();
        }
        // In pieces that end anywhere.
        for (var sent = 0; sent < bytes.Length;)
        {
            var piece = Math.Min(1 + world.Pick(200), bytes.Length - sent);
            await context.Response.Body.WriteAsync(bytes.AsMemory(sent, piece));
            if (world.Pick(3) == 0)
                await context.Response.Body.FlushAsync();
            sent += piece;
        }
    }

    private static async Task WatchAsync(HttpContext context, StormyWorld world)
    {
        var initial = context.Request.Query["sendInitialEvents"] == "true";
        if (initial && !world.WatchList)
        {
            await RefuseAsync(context, 422, "Invalid");
            return;
        }
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        await context.Response.StartAsync();
        long version;
        if (initial)
        {
            (var items, version) = world.Snapshot();
            foreach (var item in items)
                await SendAsync(context, world, "ADDED", item);
            // What happened meanwhile may come before the end is announced.
            version = await SendAfterAsync(context, world, world.Pick(2) == 0 ? version : version - 1, version);
            await SendLineAsync(context, $$$"""{"type":"BOOKMARK","object":{"kind":"Thing","metadata":{"resourceVersion":"{{{version}}}","annotations":{"k8s.io/initial-events-end":"true"} } } }""");
        }
        else
        {
            version = long.Parse(context.Request.Query["resourceVersion"]!, CultureInfo.InvariantCulture);
        }
        while (!context.RequestAborted.IsCancellationRequested)
        {
            var more = world.After(version).More;
            version = await SendAfterAsync(context, world, version, version);
            if (world.Chance(0.1, "bookmark"))
                await SendLineAsync(context, $$$"""{"type":"BOOKMARK","object":{"kind":"Thing","metadata":{"resourceVersion":"{{{version}}}"} } }""");
            if (world.Chance(0.05, "clean end"))
                return;
            await more.WaitAsync(context.RequestAborted);
        }
    }

    private static async Task<long> SendAfterAsync(HttpContext context, StormyWorld world, long from, long told)
    {
        var events = world.After(from).Events;
        if (events is null || world.Chance(0.02, "410 in the stream"))
        {
            await SendLineAsync(context, """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410,"message":"too old resource version"}}""");
            throw new ConnectionAbortedByUsException();
        }
        foreach (var (type, stored) in events)
        {
            // Told before: the protocol has no such events, but proxies have been seen to replay.
            await SendAsync(context, world, type, stored);
            told = Math.Max(told, stored.Version);
        }
        return told;
    }

    private static async Task SendAsync(HttpContext context, StormyWorld world, string type, StormyWorld.Stored stored)
    {
        var json = Encoding.UTF8.GetString(stored.Json);
        if (world.Chance(0.03, "garbled object"))
            json = json.Replace("\"value\":", "\"value\":\"garbled\",\"was\":", StringComparison.Ordinal);
        var line = $$$"""{"type":"{{{type}}}","object":{{{json}}}}""";
        if (world.Chance(0.02, "garbled line"))
            line = line[world.Pick(line.Length)..];
        if (world.Chance(0.04, "cut line"))
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line[..world.Pick(line.Length)]));
            throw new ConnectionAbortedByUsException();
        }
        if (world.Chance(0.04, "disconnect"))
            throw new ConnectionAbortedByUsException();
        if (world.Chance(0.005, "silence"))
        {
            // Longer than the client is patient, once it has seen a bookmark; without one it would wait for minutes, and so would the test.
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, context.RequestAborted);
            throw new ConnectionAbortedByUsException();
        }
        await SendLineAsync(context, line);
        if (world.Chance(0.05, "repeated event"))
            await SendLineAsync(context, line);
    }

    private static async Task SendLineAsync(HttpContext context, string line)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
        await context.Response.Body.FlushAsync();
    }

    private static async Task RefuseAsync(HttpContext context, int code, string reason, string? retryAfter = null, string details = "")
    {
        context.Response.StatusCode = code;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        await context.Response.WriteAsync($$$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"a storm","reason":"{{{reason}}}","code":{{{code}}}{{{details}}}}""");
    }

    private sealed class ConnectionAbortedByUsException : Exception;
}
