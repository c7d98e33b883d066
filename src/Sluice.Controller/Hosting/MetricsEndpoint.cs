using System.Net;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Hosting;

/// <summary><c>GET /metrics</c> on <c>--metrics-addr</c> (Flux's default is <c>:8080</c>), for Prometheus.</summary>
public sealed class MetricsEndpoint : IAsyncDisposable
{
    private readonly PrometheusExposition _metrics;
    private readonly PlainHttpServer _server;

    /// <param name="address">Where to listen.</param>
    /// <param name="metrics">What is shown.</param>
    /// <param name="loggers">For the server's own log.</param>
    public MetricsEndpoint(ListenAddress address, PrometheusExposition metrics, ILoggerFactory loggers)
    {
        _metrics = metrics;
        _server = new PlainHttpServer("--metrics-addr", address, AnswerAsync, loggers);
    }

    /// <summary>Where it listens once it was started, with the port that the system chose; null when it is off.</summary>
    public IPEndPoint? Bound => _server.Bound;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address cannot be listened on; the message says which flag to change.</exception>
    public Task StartAsync(CancellationToken cancellation) => _server.StartAsync(cancellation);

    /// <summary>Stops listening; a request in hand finishes unless <paramref name="cancellation"/> cuts it off.</summary>
    public Task StopAsync(CancellationToken cancellation) => _server.StopAsync(cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (!PlainText.IsRead(context))
        {
            return;
        }

        if (context.Request.Path != "/metrics")
        {
            await PlainText.AnswerAsync(context, StatusCodes.Status404NotFound, "not found; the metrics are at /metrics");
            return;
        }

        context.Response.ContentType = PrometheusExposition.ContentType;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await _metrics.WriteAsync(context.Response.BodyWriter, context.RequestAborted);
        }
    }
}
