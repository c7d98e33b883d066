using System.Net;
using System.Net.Security;
using Sluice.Controller.Admission;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Hosting;

/// <summary>
/// <c>POST /mutate</c>, and <c>/mutate/selected</c> for what a binding selects, on <c>--webhook-addr</c>, by TLS, for API servers:
/// <c>AdmissionReview</c> in and out.
/// </summary>
internal sealed partial class WebhookEndpoint : IAsyncDisposable
{
    /// <summary>
    /// A review carries the object as it is and as it is to be. An API server takes requests of 3 MiB at most and stores 1.5 MiB.
    /// </summary>
    private const int LargestReview = 6 * 1024 * 1024;

    private readonly Mutations _mutations;
    private readonly SluiceMetrics _metrics;
    private readonly ILogger _log;
    private readonly PlainHttpServer _server;
    private readonly ConnectionDrain _drain;

    /// <param name="address">Where to listen.</param>
    /// <param name="mutations">What is changed.</param>
    /// <param name="tls">The certificate to serve: asked at each handshake.</param>
    /// <param name="metrics">Counts the requests.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">For this and for the server's own log.</param>
    public WebhookEndpoint(ListenAddress address, Mutations mutations, Func<SslServerAuthenticationOptions> tls, SluiceMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        (_mutations, _metrics, _drain, _log) = (mutations, metrics, new(time), loggers.CreateLogger<WebhookEndpoint>());
        _server = new PlainHttpServer(
            "--webhook-addr", address, AnswerAsync, loggers, new() { LargestRequestBody = LargestReview, MostConnections = 1024, Tls = tls, Drain = _drain });
    }

    /// <summary>Where it listens once it was started, with the port that the system chose; null when it is off.</summary>
    public IPEndPoint? Bound => _server.Bound;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address cannot be listened on; the message says which flag to change.</exception>
    public Task StartAsync(CancellationToken cancellation) => _server.StartAsync(cancellation);

    /// <summary>Begins to have API servers close their connections; see <see cref="ConnectionDrain"/>.</summary>
    public void Drain() => _drain.Begin();

    /// <summary>Ends when they have, or after <see cref="ConnectionDrain.Longest"/>.</summary>
    public Task DrainedAsync() => _drain.EndAsync();

    /// <summary>Stops listening; a request in hand finishes unless <paramref name="cancellation"/> cuts it off.</summary>
    public Task StopAsync(CancellationToken cancellation) => _server.StopAsync(cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        _drain.Tell(context);
        var isSelected = context.Request.Path == "/mutate" + BindingWebhook.Path;
        if ((context.Request.Path != "/mutate" && !isSelected) || !HttpMethods.IsPost(context.Request.Method))
        {
            await PlainText.AnswerAsync(context, StatusCodes.Status404NotFound, "not found; there is POST /mutate, for API servers");
            return;
        }

        try
        {
            using var review = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 16 * 1024, LargestReview));
            await context.Request.Body.CopyToAsync(review, context.RequestAborted);
            var answer = AdmissionReview.Answer(review.GetBuffer().AsMemory(0, (int)review.Length), _mutations, isSelected);
            _metrics.Admitted(answer.Result);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Body.Length;
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }
        catch (AdmissionException e)
        {
            // No answer that names the request: the API server refuses it, since it fails closed.
            _metrics.Admitted("unreadable");
            LogUnreadable(_log, e.Message);
            await PlainText.AnswerAsync(context, StatusCodes.Status400BadRequest, e.Message);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            _metrics.Admitted("unreadable");
            LogUnreadable(_log, e.Message);
            await PlainText.AnswerAsync(context, e.StatusCode, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a request to the webhook is not an AdmissionReview: {Problem}")]
    private static partial void LogUnreadable(ILogger log, string problem);
}
