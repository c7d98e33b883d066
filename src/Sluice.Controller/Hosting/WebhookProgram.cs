using System.Net;
using Sluice.Controller.Certificates;
using Sluice.Controller.Metrics;
using Sluice.Kubernetes;

namespace Sluice.Controller.Hosting;

/// <summary>The admission webhook with its certificates. Every replica runs one, leader or not.</summary>
internal sealed class WebhookProgram : IAsyncDisposable
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly Informer<CertificateSecret> _secrets;
    private readonly Informer<WebhookConfiguration> _configurations;
    private readonly CertificateReconciler _certificates;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly WebhookEndpoint _endpoint;

    public WebhookProgram(KubernetesApi api, ControllerOptions options, SluiceMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        (_time, _loggers) = (time, loggers);
        var inNamespace = options.Namespace!;
        _secrets = new(
            api, CertificateSecret.Resource, CertificateSecret.Read, new() { Namespace = inNamespace, FieldSelector = $"metadata.name={CertificateSecret.Name}" },
            time, loggers.CreateLogger<Informer<CertificateSecret>>());
        _configurations = new(
            api, WebhookConfiguration.Resource, WebhookConfiguration.Read, new() { FieldSelector = $"metadata.name={WebhookConfiguration.Name}" },
            time, loggers.CreateLogger<Informer<WebhookConfiguration>>());
        var served = new ServedCertificate(time);
        _certificates = new(
            api, inNamespace, options.WebhookHost ?? $"sluice-webhook.{inNamespace}.svc", _secrets.Cache, _configurations.Cache, served, _secrets.Observe, time,
            loggers.CreateLogger<CertificateReconciler>());
        _endpoint = new(options.WebhookAddress, new(options.AdditionalKinds), served.Tls, metrics, loggers);

        // Without a look at the wall clock: what is due is reckoned by the API server's, each time anew.
        _queue = new("certificate", new() { InitialBackoff = options.MinRetryDelay, MaxBackoff = TimeSpan.FromSeconds(30), WallClockCheck = null }, time);
        var key = new ObjectKey(inNamespace, CertificateSecret.Name);
        _secrets.AddHandler(_ => _queue.Add(key));
        _configurations.AddHandler(_ => _queue.Add(key));
        _queue.Add(key);
    }

    /// <summary>Where it listens once it was started.</summary>
    public IPEndPoint? Bound => _endpoint.Bound;

    /// <summary>Why API servers cannot use it yet; null when they can.</summary>
    public string? NotReady => _certificates.NotReady is not { } why ? null
        : (_secrets.LastFailure ?? _configurations.LastFailure) is { } failure ? $"{why}: {failure.Message}" : why;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address cannot be listened on; the message says which flag to change.</exception>
    public Task StartAsync(CancellationToken cancellation) => _endpoint.StartAsync(cancellation);

    /// <summary>Looks after the certificates until stopped.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_secrets.RunAsync(stopping), _configurations.RunAsync(stopping), LookAfterAsync(stopping));

    /// <summary>Stops listening; requests in hand have 5 seconds.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(DrainTimeout, _time);
        await _endpoint.StopAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        _queue.Dispose();
    }

    private async Task LookAfterAsync(CancellationToken stopping)
    {
        await Task.WhenAll(_secrets.SyncedAsync(stopping), _configurations.SyncedAsync(stopping));
        var pool = new WorkerPool<ObjectKey>(
            "certificate", _queue, (_, cancellation) => _certificates.ReconcileAsync(cancellation), new() { Workers = 1 }, _time, _loggers.CreateLogger("certificate"));
        await pool.RunAsync(stopping);
    }
}
