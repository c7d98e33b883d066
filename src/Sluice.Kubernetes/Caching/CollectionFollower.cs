using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>Follows one collection, that of one namespace or that of all, into a cache that others may fill, too.</summary>
internal sealed class CollectionFollower<T> where T : class, ICachedObject
{
    private readonly string? _namespace;
    private readonly Func<string, bool>? _isAbsent;
    private readonly UndecodableObjects<T> _undecodable;
    private readonly Reflector<T> _reflector;
    private readonly Action _changed;
    private volatile InformerStatus _status;
    private volatile Exception? _lastFailure;
    private volatile bool _hasSynced;

    /// <param name="api">Where to ask.</param>
    /// <param name="resource">What to follow.</param>
    /// <param name="inNamespace">The namespace; null: all.</param>
    /// <param name="decoder">Makes the cached form of an object.</param>
    /// <param name="options">Selectors, patience.</param>
    /// <param name="name">The name in metrics and logs.</param>
    /// <param name="cache">Is filled.</param>
    /// <param name="dispatch">Held while handlers run, of any collection of the informer.</param>
    /// <param name="time">The clock of every time-out and back-off.</param>
    /// <param name="logger">Where failures are reported.</param>
    /// <param name="random">Of back-offs.</param>
    /// <param name="changed">Told when the status has changed.</param>
    public CollectionFollower(
        KubernetesApi api, ApiResource resource, string? inNamespace, ObjectDecoder<T?> decoder, InformerOptions options, string name, ObjectCache<T> cache, Lock dispatch,
        TimeProvider time, ILogger logger, Random random, Action changed)
    {
        (_namespace, _isAbsent, _changed) = (inNamespace, options.IsAbsent, changed);
        Updater = new CacheUpdater<T>(cache, inNamespace, dispatch, name, logger);
        _undecodable = new UndecodableObjects<T>(api, resource, decoder, options, name, Updater, time, logger);
        _reflector = new Reflector<T>(api, resource, inNamespace, decoder, options, name, Updater, _undecodable, time, logger, random)
        {
            OnStatus = Report,
        };
    }

    /// <summary>Decides what is the latest of its objects.</summary>
    public CacheUpdater<T> Updater { get; }

    /// <summary>What it is doing.</summary>
    public InformerStatus Status => _status;

    /// <summary>Why it is <see cref="InformerStatus.Retrying"/> or <see cref="InformerStatus.NotServed"/>; null while all is well.</summary>
    public Exception? LastFailure => _lastFailure;

    /// <summary>Whether its initial state has been cached and told to every handler, at least once; or there is none, since its namespace does not exist.</summary>
    public bool HasSynced => _hasSynced || (_namespace is not null && _lastFailure is KubernetesApiException { IsForbidden: true } && _isAbsent?.Invoke(_namespace) == true);

    /// <summary>Tries again at once if it is waiting after a failure.</summary>
    public void RetryNow() => _reflector.RetryNow();

    /// <summary>Follows the API server until cancelled, through every failure; then returns.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var rereading = _undecodable.RunAsync(end.Token);
        try
        {
            await _reflector.RunAsync(stopping).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await rereading.ConfigureAwait(false);
            Updater.StopCounting();
            Report(InformerStatus.Stopped, null);
        }
    }

    private void Report(InformerStatus status, Exception? failure)
    {
        (_status, _lastFailure, _hasSynced) = (status, failure, _hasSynced || status == InformerStatus.Watching);
        _changed();
    }
}
