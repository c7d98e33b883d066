using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Controller.Tests.Notifications;

/// <summary>
/// The other side of notification-controller's HTTP contract, on a real socket: it answers each request with the next status that it was told,
/// 202 when it was told nothing, and 0 means no answer at all.
/// </summary>
internal sealed class NotificationPeer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<int> _answers = new();
    private readonly Channel<JsonElement> _received = Channel.CreateUnbounded<JsonElement>();
    private readonly TaskCompletionSource _end = new();

    private NotificationPeer(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Address => new(_app.Urls.Single() + "/");

    public int Requests { get; private set; }

    public static async Task<NotificationPeer> StartAsync(int port = 0)
    {
        var peer = new NotificationPeer(port);
        await peer._app.StartAsync(TestContext.Current.CancellationToken);
        return peer;
    }

    public void Answer(params int[] codes)
    {
        foreach (var code in codes)
        {
            _answers.Enqueue(code);
        }
    }

    /// <summary>The next request's body, waited for; half a minute without one fails the test.</summary>
    public Task<JsonElement> NextAsync() =>
        _received.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Request.Method.Should().Be("POST");
        context.Request.ContentType.Should().Be("application/json");
        var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        Requests++;
        var code = _answers.TryDequeue(out var next) ? next : 202;
        await _received.Writer.WriteAsync(body.RootElement);
        if (code == 0)
        {
            await Task.WhenAny(_end.Task, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
            return;
        }

        context.Response.StatusCode = code;
        if (code >= 400)
        {
            await context.Response.WriteAsync($"answer {code}", context.RequestAborted);
        }
    }
}
