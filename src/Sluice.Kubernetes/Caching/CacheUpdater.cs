using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Decides which of the things that are said about an object is the latest, updates the cache, and tells the handlers in that order.
/// </summary>
/// <remarks>
/// Three sources speak: the initial state (authoritative as of its version), the events after it (in order), and the results of
/// our own writes, which may be ahead of both. Versions are compared only against our own writes and within one watch, never
/// against the cache: after a restore from a backup the server's versions go back, and the cache must follow.
/// </remarks>
/// <param name="cache">What is updated.</param>
/// <param name="inNamespace">The namespace whose objects are this one's, of a cache that others update, too; null: every object.</param>
/// <param name="dispatch">Held while handlers run, so that they see changes one after another; readers of the cache never take it.</param>
/// <param name="name">The name in metrics and logs.</param>
/// <param name="logger">Where failures are reported.</param>
internal sealed partial class CacheUpdater<T>(ObjectCache<T> cache, string? inNamespace, Lock dispatch, string name, ILogger logger) where T : class, ICachedObject
{
    private readonly Dictionary<ObjectKey, string> _ownWrites = [];
    // Objects whose latest version could not be understood, with that version.
    private readonly Dictionary<ObjectKey, string> _unknown = [];
    private readonly List<Action<ObjectChange<T>>> _handlers = [];
    private HashSet<ObjectKey>? _seen;
    private string? _lastVersion;
    private bool _everSynced;
    private bool _counted = true;

    /// <summary>The version up to which the watch has told everything: where to resume.</summary>
    public string? LastVersion
    {
        get
        {
            lock (dispatch)
                return _lastVersion;
        }
    }

    /// <summary>Objects whose latest version could not be understood.</summary>
    public IReadOnlyCollection<ObjectKey> Unknown
    {
        get
        {
            lock (dispatch)
                return [.. _unknown.Keys];
        }
    }

    /// <summary>Whether an object is this one's to update.</summary>
    public bool IsOwn(ObjectKey key) => inNamespace is null || key.Namespace == inNamespace;

    /// <summary>Adds a handler, and tells it what is there already.</summary>
    public void AddHandler(Action<ObjectChange<T>> handler)
    {
        lock (dispatch)
        {
            _handlers.Add(handler);
            foreach (var item in cache.All.Where(item => IsOwn(item.Key)))
                Invoke(handler, new ObjectChange<T>(null, item, IsInitial: true));
        }
    }

    /// <summary>The initial state is about to be asked for.</summary>
    public void BeginSync()
    {
        lock (dispatch)
        {
            _seen = [];
            // The read is consistent: it knows every write that ended before it. Only writes from here on can be ahead of it.
            _ownWrites.Clear();
        }
    }

    /// <summary>An object of the initial state, or a change of it while it is still being sent; null for one that is not, or no longer, of interest.</summary>
    public void Sync(ObjectKey key, string version, T? item)
    {
        lock (dispatch)
        {
            _unknown.Remove(key);
            if (item is null)
            {
                // Deleted at the end of the sync, if it is cached: until then nothing is certain.
                _seen!.Remove(key);
                return;
            }
            _seen!.Add(key);
            if (!IsOlderThanOwnWrite(key, version))
                Set(item);
        }
    }

    /// <summary>An object that exists but cannot be understood: what is cached stays, as the last that is known.</summary>
    public void KeepUnknown(ObjectKey key, string version)
    {
        lock (dispatch)
        {
            if (_seen is null && !Advance(version))
                return;
            _seen?.Add(key);
            _unknown[key] = version;
        }
    }

    /// <summary>The initial state is complete as of <paramref name="version"/>: what it did not mention is gone.</summary>
    public void EndSync(string version)
    {
        lock (dispatch)
        {
            foreach (var key in cache.Keys().Where(IsOwn))
            {
                if (!_seen!.Contains(key) && !IsOlderThanOwnWrite(key, version))
                    Remove(key);
            }
            foreach (var key in _unknown.Keys)
            {
                if (!_seen!.Contains(key))
                    _unknown.Remove(key);
            }
            _seen = null;
            _everSynced = true;
            _lastVersion = version;
            ForgetConfirmedWrites();
        }
    }

    /// <summary>A change; null for an object that is gone, or no longer of interest.</summary>
    public void Change(ObjectKey key, string version, T? item)
    {
        lock (dispatch)
        {
            if (!Advance(version))
                return;
            _unknown.Remove(key);
            if (IsOlderThanOwnWrite(key, version))
                return;
            if (item is null)
                Remove(key);
            else
                Set(item);
        }
    }

    /// <summary>Everything up to <paramref name="version"/> has been told.</summary>
    public void Bookmark(string version)
    {
        lock (dispatch)
        {
            if (Advance(version))
                ForgetConfirmedWrites();
        }
    }

    /// <summary>The result of a write of ours, or of a read past the watch.</summary>
    public void Observe(T written)
    {
        lock (dispatch)
        {
            if (_unknown.TryGetValue(written.Key, out var unknown) && !ResourceVersions.IsNewer(unknown, written.ResourceVersion))
            {
                Recover(written.Key, written.ResourceVersion, written);
                return;
            }
            // Without an order there is no telling whether the watch is already past it.
            if (!ResourceVersions.AreOrdered(written.ResourceVersion, _lastVersion))
                return;
            // The watch has told this write and whatever came after it, a deletion perhaps.
            if (!ResourceVersions.IsNewer(written.ResourceVersion, _lastVersion))
                return;
            if (cache.TryGet(written.Key, out var cached) && !ResourceVersions.IsNewer(written.ResourceVersion, cached.ResourceVersion))
                return;
            _ownWrites[written.Key] = written.ResourceVersion;
            Set(written);
        }
    }

    /// <summary>Whether the object's latest version could still not be understood, and which version that is.</summary>
    public bool IsUnknown(ObjectKey key, out string version)
    {
        lock (dispatch)
            return _unknown.TryGetValue(key, out version!);
    }

    /// <summary>
    /// The object was read again, for <see cref="IsUnknown"/>, and understood; null if it is of no interest. If no later event of it has
    /// come, this counts even if the watch has passed its version.
    /// </summary>
    public void Recover(ObjectKey key, string version, T? item)
    {
        lock (dispatch)
        {
            if (!_unknown.Remove(key) || IsOlderThanOwnWrite(key, version))
                return;
            if (item is null)
            {
                Remove(key);
                return;
            }
            if (ResourceVersions.IsNewer(version, _lastVersion))
                _ownWrites[key] = version;
            Set(item);
        }
    }

    /// <summary>The object was read again and still not understood.</summary>
    public void StaysUnknown(ObjectKey key, string version)
    {
        lock (dispatch)
        {
            if (_unknown.ContainsKey(key))
                _unknown[key] = version;
        }
    }

    /// <summary>The object was read again and does not exist: the watch says so too, or a new sync has.</summary>
    public void ForgetUnknown(ObjectKey key)
    {
        lock (dispatch)
            _unknown.Remove(key);
    }

    /// <summary>The informer has ended: its objects no longer count in the metrics.</summary>
    public void StopCounting()
    {
        lock (dispatch)
        {
            _counted = false;
            Instruments.CachedObjects.Add(-cache.Keys().Count(IsOwn), Instruments.Named(name));
        }
    }

    // A watch tells each version once and in order; what comes again, or late, was told before.
    private bool Advance(string version)
    {
        if (!ResourceVersions.IsNewer(version, _lastVersion))
            return false;
        _lastVersion = version;
        return true;
    }

    private bool IsOlderThanOwnWrite(ObjectKey key, string version)
    {
        if (_ownWrites.Count == 0 || !_ownWrites.TryGetValue(key, out var own))
            return false;
        if (ResourceVersions.IsNewer(own, version))
            return true;
        _ownWrites.Remove(key);
        return false;
    }

    private void ForgetConfirmedWrites()
    {
        foreach (var (key, version) in _ownWrites)
        {
            if (!ResourceVersions.IsNewer(version, _lastVersion))
                _ownWrites.Remove(key);
        }
    }

    private void Set(T item)
    {
        cache.TryGet(item.Key, out var old);
        // Our own write coming back, or an object that a new sync found unchanged: told already.
        if (old is not null && old.ResourceVersion == item.ResourceVersion && old.Uid == item.Uid)
            return;
        cache.Set(item);
        if (old is null && _counted)
            Instruments.CachedObjects.Add(1, Instruments.Named(name));
        Tell(new ObjectChange<T>(old, item, IsInitial: !_everSynced));
    }

    private void Remove(ObjectKey key)
    {
        if (!cache.TryGet(key, out var old))
            return;
        cache.Remove(key);
        if (_counted)
            Instruments.CachedObjects.Add(-1, Instruments.Named(name));
        Tell(new ObjectChange<T>(old, null, IsInitial: false));
    }

    private void Tell(ObjectChange<T> change)
    {
        foreach (var handler in _handlers)
            Invoke(handler, change);
    }

    private void Invoke(Action<ObjectChange<T>> handler, ObjectChange<T> change)
    {
        try
        {
            handler(change);
        }
#pragma warning disable CA1031 // A handler's fault must reach neither the other handlers nor the watch.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Instruments.HandlerFailures.Add(1, Instruments.Named(name));
            LogHandlerFailed(logger, e, name, change.Key);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Informer {Informer}: a handler failed on {Object}; the change is not told again")]
    private static partial void LogHandlerFailed(ILogger logger, Exception failure, string informer, ObjectKey @object);
}
