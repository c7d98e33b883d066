using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes.Tests.Cluster;

/// <summary>A running informer, and what its handler has been told.</summary>
internal sealed class InformerRun<T> : IAsyncDisposable where T : class, ICachedObject
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public InformerRun(KubernetesApi api, ApiResource resource, ObjectDecoder<T?> decoder, InformerOptions options, ILogger? logger = null)
    {
        Informer = new Informer<T>(api, resource, decoder, options, TimeProvider.System, logger ?? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Informer.AddHandler(Told.Enqueue);
        _running = Informer.RunAsync(_stop.Token);
    }

    public Informer<T> Informer { get; }

    public ConcurrentQueue<ObjectChange<T>> Told { get; } = [];

    /// <summary>Waits until something holds, for 60 s at most.</summary>
    public async Task UntilAsync(Func<Informer<T>, bool> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition(Informer))
        {
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
                throw new TimeoutException($"Waited in vain until {what}. {Informer.Status}, {Informer.LastFailure?.Message}; cached: {string.Join(", ", Informer.Cache.All)}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
