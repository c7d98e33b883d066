using System.Net;
using Sluice.Controller.Admission;
using Sluice.Controller.Bindings;
using Sluice.Controller.Certificates;
using Sluice.Controller.Metrics;
using Sluice.Kubernetes;

namespace Sluice.Controller.Hosting;

/// <summary>The admission webhook with its certificates. Every replica runs one, leader or not; the leader has it asked about what bindings select.</summary>
internal sealed class WebhookProgram : IAsyncDisposable
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly Informer<CertificateSecret> _secrets;
    private readonly Informer<WebhookConfiguration> _configurations;
    private readonly CertificateReconciler _certificates;
    private readonly BindingWebhooks? _bindingWebhooks;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly WorkQueue<ObjectKey> _bindingQueue;
    private readonly WebhookEndpoint _endpoint;

    /// <param name="api">The API server.</param>
    /// <param name="options">What the command line says.</param>
    /// <param name="bindings">The bindings of the cluster; null where not all of them are seen: who sees some would take the webhooks of the others away.</param>
    /// <param name="room">Told which of them find no room.</param>
    /// <param name="metrics">Counts the requests.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">For who looks after Sluice.</param>
    public WebhookProgram(KubernetesApi api, ControllerOptions options, GateBindings? bindings, WebhookRoom room, SluiceMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        (_time, _loggers) = (time, loggers);
        var inNamespace = options.Namespace!;
        _secrets = new(
            api, CertificateSecret.Resource, CertificateSecret.Read, new() { Namespaces = [inNamespace], FieldSelector = $"metadata.name={CertificateSecret.Name}" },
            time, loggers.CreateLogger<Informer<CertificateSecret>>());
        _configurations = new(
            api, WebhookConfiguration.Resource, WebhookConfiguration.Read, new() { FieldSelector = $"metadata.name={WebhookConfiguration.Name}" },
            time, loggers.CreateLogger<Informer<WebhookConfiguration>>());
        var served = new ServedCertificate(time);
        _certificates = new(
            api, inNamespace, options.WebhookHost ?? $"sluice-webhook.{inNamespace}.svc", _secrets.Cache, _configurations.Cache, served, _secrets.Observe, time,
            loggers.CreateLogger<CertificateReconciler>());
        _endpoint = new(options.WebhookAddress, new(options.AdditionalKinds), served.Tls, metrics, time, loggers);

        // Without a look at the wall clock: what is due is reckoned by the API server's, each time anew.
        _queue = new("certificate", new() { InitialBackoff = options.MinRetryDelay, MaxBackoff = TimeSpan.FromSeconds(30), WallClockCheck = null }, time);
        var key = new ObjectKey(inNamespace, CertificateSecret.Name);
        _secrets.AddHandler(_ => _queue.Add(key));
        _configurations.AddHandler(_ => _queue.Add(key));
        _queue.Add(key);

        _bindingQueue = new("binding-webhooks", new() { InitialBackoff = options.MinRetryDelay, MaxBackoff = TimeSpan.FromSeconds(30), WallClockCheck = null }, time);
        if (bindings is not null)
        {
            _bindingWebhooks = new(api, bindings, _configurations, options.AdditionalKinds, room, loggers.CreateLogger<BindingWebhooks>());
            _configurations.AddHandler(_ => _bindingQueue.Add(key));
            bindings.Changed += (_, change) =>
            {
                if (!ObservedBinding.BindsLikeBefore(change))
                {
                    _bindingQueue.Add(key);
                }
            };
            _bindingQueue.Add(key);
        }
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
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_secrets.RunAsync(stopping), _configurations.RunAsync(stopping), LookAfterAsync("certificate", _queue, _certificates.ReconcileAsync, stopping));

    /// <summary>Has the webhook asked about what bindings select, until stopped.</summary>
    public Task LeadAsync(CancellationToken stopping) => _bindingWebhooks is null ? Task.CompletedTask : LookAfterAsync(
        "binding-webhooks", _bindingQueue, _bindingWebhooks.ReconcileAsync, stopping);

    /// <summary>Begins to let go of the connections of API servers; see <see cref="ConnectionDrain"/>.</summary>
    public void Drain() => _endpoint.Drain();

    /// <summary>Stops listening when API servers have closed their connections and opened none for half a second, two seconds after that began at the latest; requests in hand have 5 seconds more.</summary>
    public async Task StopAsync()
    {
        await _endpoint.DrainedAsync();
        using var patience = new CancellationTokenSource(DrainTimeout, _time);
        await _endpoint.StopAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        _queue.Dispose();
        _bindingQueue.Dispose();
    }

    private async Task LookAfterAsync(string name, WorkQueue<ObjectKey> queue, Func<CancellationToken, Task<ReconcileResult>> reconcile, CancellationToken stopping)
    {
        await Task.WhenAll(_secrets.SyncedAsync(stopping), _configurations.SyncedAsync(stopping));
        var pool = new WorkerPool<ObjectKey>(
            name, queue, (_, cancellation) => reconcile(cancellation), new() { Workers = 1 }, _time, _loggers.CreateLogger(name));
        await pool.RunAsync(stopping);
    }
}
