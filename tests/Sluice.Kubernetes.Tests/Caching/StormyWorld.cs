using System.Text;

namespace Sluice.Kubernetes.Tests.Caching;

/// <summary>What a faulty API server stores: the objects, their history, and how far back the history goes.</summary>
internal sealed class StormyWorld(int seed, bool watchList)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, Stored> _objects = new(StringComparer.Ordinal);
    private readonly List<Logged> _log = [];
    private readonly Dictionary<string, (List<Stored> Items, long Version, int Next)> _pages = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 100;
    private long _compacted = 100;
    private int _uids;

    public sealed record Stored(ObjectKey Key, string Uid, long Version, string Spec)
    {
        public byte[] Json => Thing.Encode(Key, Uid, Version, Spec);
    }

    public sealed record Logged(string Type, Stored Object);

    /// <summary>Whether faults happen; off when the storm is over.</summary>
    public bool Stormy { get; set; } = true;

    /// <summary>Whether the server can stream the initial state.</summary>
    public bool WatchList { get; } = watchList;

    public int Requests { get; private set; }

    public Dictionary<string, int> Faults { get; } = [];

    public long Version
    {
        get
        {
            lock (_lock)
                return _version;
        }
    }

    /// <summary>True with this probability while the storm lasts; counted under its name.</summary>
    public bool Chance(double probability, string fault)
    {
        lock (_lock)
        {
            if (!Stormy || _random.NextDouble() >= probability)
                return false;
            Faults[fault] = Faults.GetValueOrDefault(fault) + 1;
            return true;
        }
    }

    public int Pick(int below)
    {
        lock (_lock)
            return _random.Next(below);
    }

    public void CountRequest()
    {
        lock (_lock)
            Requests++;
    }

    public Stored Write(ObjectKey key, string spec)
    {
        lock (_lock)
        {
            var known = _objects.GetValueOrDefault(key.ToString());
            var stored = new Stored(key, known?.Uid ?? $"uid-{++_uids}", ++_version, spec);
            _objects[key.ToString()] = stored;
            Log(new Logged(known is null ? "ADDED" : "MODIFIED", stored));
            return stored;
        }
    }

    public void Delete(ObjectKey key)
    {
        lock (_lock)
        {
            if (_objects.Remove(key.ToString(), out var stored))
                Log(new Logged("DELETED", stored with { Version = ++_version }));
        }
    }

    /// <summary>Forgets the history: who is behind has to start over.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _compacted = _version;
            _pages.Clear();
        }
    }

    public Stored? Find(ObjectKey key)
    {
        lock (_lock)
            return _objects.GetValueOrDefault(key.ToString());
    }

    public (List<Stored> Items, long Version) Snapshot()
    {
        lock (_lock)
            return ([.. _objects.Values], _version);
    }

    public (List<Stored> Items, long Version, string? Continue)? Page(string? token, int limit)
    {
        lock (_lock)
        {
            if (token is null)
                token = Remember([.. _objects.Values], _version, 0);
            if (!_pages.Remove(token, out var page))
                return null;
            var items = page.Items.Skip(page.Next).Take(limit).ToList();
            var next = page.Next + items.Count;
            return (items, page.Version, next < page.Items.Count ? Remember(page.Items, page.Version, next) : null);
        }
    }

    /// <summary>The events after a version, or null if some of them are forgotten; and what completes when there are more.</summary>
    public (List<Logged>? Events, Task More) After(long version)
    {
        lock (_lock)
            return (version < _compacted ? null : [.. _log.SkipWhile(e => e.Object.Version <= version)], _changed.Task);
    }

    public string Describe()
    {
        lock (_lock)
        {
            var text = new StringBuilder();
            foreach (var stored in _objects.Values)
                text.Append($"{stored.Key}@{stored.Version}={stored.Spec} ");
            return text.ToString();
        }
    }

    private string Remember(List<Stored> items, long version, int next)
    {
        var token = $"page+{_pages.Count}/{version}/{next}/{_random.Next()}=";
        _pages[token] = (items, version, next);
        return token;
    }

    private void Log(Logged change)
    {
        _log.Add(change);
        var before = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.SetResult();
    }
}
