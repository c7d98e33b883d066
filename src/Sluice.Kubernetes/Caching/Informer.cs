using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Keeps an indexed cache of one kind of object true to the API server, and tells handlers of each change, in order for each object.
/// Register indexes and handlers, then run it for as long as the cache is needed.
/// </summary>
/// <typeparam name="T">What is kept of an object: only what is read, for thousands of them are held.</typeparam>
public sealed class Informer<T> where T : class, ICachedObject
{
    // It is as well as the worst of its collections.
    private static readonly InformerStatus[] WorstFirst =
        [InformerStatus.NotServed, InformerStatus.Retrying, InformerStatus.Syncing, InformerStatus.Stopped, InformerStatus.Watching];

    private readonly Lock _reporting = new();
    private readonly KubernetesApi _api;
    private readonly ObjectDecoder<T?> _decoder;
    private readonly IReadOnlyList<CollectionFollower<T>> _collections;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<InformerStatus> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;
    private volatile int _status;

    /// <summary>Prepares the informer; nothing is sent before <see cref="RunAsync"/>.</summary>
    /// <param name="api">Where to ask.</param>
    /// <param name="resource">What to follow.</param>
    /// <param name="decoder">
    /// Makes the cached form of an object. Null means "of no interest": the object is absent from the cache, and leaves it if it was there.
    /// If it throws, the object is logged and counted, its last known state stays, and it is read again with back-off.
    /// </param>
    /// <param name="options">Namespaces, selectors, patience.</param>
    /// <param name="time">The clock of every time-out and back-off.</param>
    /// <param name="logger">Where failures are reported.</param>
    public Informer(KubernetesApi api, ApiResource resource, ObjectDecoder<T?> decoder, InformerOptions options, TimeProvider time, ILogger logger)
        : this(api, resource, decoder, options, time, logger, Random.Shared)
    {
    }

    internal Informer(KubernetesApi api, ApiResource resource, ObjectDecoder<T?> decoder, InformerOptions options, TimeProvider time, ILogger logger,
        Random random)
    {
        (_api, _decoder) = (api, decoder);
        Resource = resource;
        Name = options.Name ?? resource.GroupResource;
        Cache = new ObjectCache<T>();
        var dispatch = new Lock();
        string?[] namespaces = options.Namespaces is { } some ? [.. some.Distinct()] : [null];
        _collections = [.. namespaces.Select(inNamespace => new CollectionFollower<T>(
            api, resource, inNamespace, decoder, options, Name, Cache, dispatch, time, logger, random, Report))];
    }

    /// <summary>Raised on every change of <see cref="Status"/>, on the informer's own thread: do little.</summary>
    public event Action<InformerStatus>? StatusChanged;

    /// <summary>What is followed.</summary>
    public ApiResource Resource { get; }

    /// <summary>The name in metrics and logs.</summary>
    public string Name { get; }

    /// <summary>The objects. Empty before the first sync; the last known state while the API server cannot be reached.</summary>
    public ObjectCache<T> Cache { get; }

    /// <summary>What it is doing.</summary>
    public InformerStatus Status => (InformerStatus)_status;

    /// <summary>Why it is <see cref="InformerStatus.Retrying"/> or <see cref="InformerStatus.NotServed"/>; null while all is well.</summary>
    public Exception? LastFailure => _collections.Select(collection => collection.LastFailure).FirstOrDefault(failure => failure is not null);

    /// <summary>Whether the initial state has been cached and told to every handler, at least once.</summary>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>Objects whose latest version could not be understood; the cache has an older one of them, or none.</summary>
    public IReadOnlyCollection<ObjectKey> Undecodable => [.. _collections.SelectMany(collection => collection.Updater.Unknown)];

    /// <summary>The version up to which every change has been cached and told; null before the first sync.</summary>
    public string? ResourceVersion => _collections.Select(collection => collection.Updater.LastVersion).Aggregate((one, other) => ResourceVersions.IsNewer(one, other) ? other : one);

    /// <summary>Adds an index for <see cref="ObjectCache{T}.ByIndex"/>. The function must depend on nothing but the object.</summary>
    /// <exception cref="InvalidOperationException">The informer is already running.</exception>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        if (Volatile.Read(ref _started) != 0)
            throw new InvalidOperationException($"Informer {Name} is already running: add indexes before.");
        Cache.AddIndex(name, values);
    }

    /// <summary>
    /// Adds a handler. It is told what is cached already, then each change, after the cache shows it. Handlers are called one at a
    /// time and hold up the watch: put a key into a queue, and never wait there. What one throws is logged and counted, and goes no further.
    /// </summary>
    public void AddHandler(Action<ObjectChange<T>> handler)
    {
        foreach (var collection in _collections)
            collection.Updater.AddHandler(handler);
    }

    /// <summary>
    /// Tells the informer the result of a write of our own, so that the next read of the cache sees it. Handlers are told once, now;
    /// an event that is older does not take it back.
    /// </summary>
    public void Observe(T written) => _collections.FirstOrDefault(collection => collection.Updater.IsOwn(written.Key))?.Updater.Observe(written);

    /// <summary>
    /// Asks the API server whether an object still is as it was seen: for what must not be decided by a watch that lags behind, for as long as <see cref="InformerOptions.IdleTimeout"/> where a
    /// connection hangs. A newer version is taken into the cache; that it is gone is left to the watch.
    /// </summary>
    /// <exception cref="KubernetesApiException">The API server could not be asked.</exception>
    public async Task<bool> IsCurrentAsync(T seen, CancellationToken cancellation = default)
    {
        T? present;
        try
        {
            present = await _api.GetAsync(Resource, seen.Key, _decoder, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return false;
        }

        if (present?.Uid != seen.Uid)
            return false;
        if (present.ResourceVersion == seen.ResourceVersion)
            return true;
        Observe(present);
        return false;
    }

    /// <summary>Completes once <see cref="HasSynced"/>; never for a kind that is not served.</summary>
    public Task SyncedAsync(CancellationToken cancellation = default) => _synced.Task.WaitAsync(cancellation);

    /// <summary>
    /// Completes with <see cref="InformerStatus.Watching"/> at the first sync, or with <see cref="InformerStatus.NotServed"/> if the API server
    /// says before that that it does not serve the kind.
    /// </summary>
    public Task<InformerStatus> SettledAsync(CancellationToken cancellation = default) => _settled.Task.WaitAsync(cancellation);

    /// <summary>Tries again at once if it is waiting after a failure: when the CRD has just appeared, for instance.</summary>
    public void RetryNow()
    {
        foreach (var collection in _collections)
            collection.RetryNow();
    }

    /// <summary>Follows the API server until cancelled, through every failure; then returns.</summary>
    /// <exception cref="InvalidOperationException">It was run before: an informer runs once.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException($"Informer {Name} was already run.");
        // Off the caller's thread: handlers and decoders run here.
        await Task.Yield();
        await Task.WhenAll(_collections.Select(collection => collection.RunAsync(stopping))).ConfigureAwait(false);
    }

    private void Report()
    {
        lock (_reporting)
        {
            var status = WorstFirst.First(status => _collections.Any(collection => collection.Status == status));
            var before = (InformerStatus)Interlocked.Exchange(ref _status, (int)status);
            if (_collections.All(collection => collection.HasSynced))
            {
                _synced.TrySetResult();
                _settled.TrySetResult(InformerStatus.Watching);
            }

            if (status == InformerStatus.NotServed)
                _settled.TrySetResult(status);
            if (status != before)
                StatusChanged?.Invoke(status);
        }
    }
}
