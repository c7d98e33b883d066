using System.Net;

namespace Sluice.Controller.Hosting;

/// <summary>
/// The kubelet's probes on <c>--health-addr</c> (Flux's default is <c>:9440</c>): <c>/healthz</c> answers 200 as long as the process
/// answers at all, <c>/readyz</c> answers 200, or 503 with the reason as text.
/// </summary>
public sealed class HealthEndpoint : IAsyncDisposable
{
    private readonly Func<(bool Ready, string Why)> _readiness;
    private readonly PlainHttpServer _server;

    /// <param name="address">Where to listen.</param>
    /// <param name="readiness">Whether the controller is ready and, if not, why not: asked at each probe, from any thread; must be cheap.</param>
    /// <param name="loggers">For the server's own log.</param>
    public HealthEndpoint(ListenAddress address, Func<(bool Ready, string Why)> readiness, ILoggerFactory loggers)
    {
        _readiness = readiness;
        _server = new PlainHttpServer("--health-addr", address, AnswerAsync, loggers);
    }

    /// <summary>Where it listens once it was started, with the port that the system chose; null when it is off.</summary>
    public IPEndPoint? Bound => _server.Bound;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address cannot be listened on; the message says which flag to change.</exception>
    public Task StartAsync(CancellationToken cancellation) => _server.StartAsync(cancellation);

    /// <summary>Stops listening; a probe in hand finishes unless <paramref name="cancellation"/> cuts it off.</summary>
    public Task StopAsync(CancellationToken cancellation) => _server.StopAsync(cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (!PlainText.IsRead(context))
        {
            return;
        }

        switch (context.Request.Path.Value)
        {
            case "/healthz":
                await PlainText.AnswerAsync(context, StatusCodes.Status200OK, "ok");
                break;
            case "/readyz":
                var (ready, why) = _readiness();
                await PlainText.AnswerAsync(
                    context,
                    ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
                    ready ? "ok" : "not ready: " + why);
                break;
            default:
                await PlainText.AnswerAsync(context, StatusCodes.Status404NotFound, "not found; there are /healthz and /readyz");
                break;
        }
    }
}
