using System.Diagnostics.CodeAnalysis;

namespace Sluice.Kubernetes;

/// <summary>The objects of one informer, by key and by index. Safe for any number of readers; reading never waits for handlers.</summary>
public sealed class ObjectCache<T> where T : class, ICachedObject
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly Dictionary<string, Index> _indexes = new(StringComparer.Ordinal);

    internal ObjectCache()
    {
    }

    /// <summary>How many objects there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _objects.Count;
        }
    }

    /// <summary>A snapshot of every object, in no order. It copies references: meant for start-up and reports.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_lock)
                return [.. _objects.Values];
        }
    }

    /// <summary>Finds one object.</summary>
    public bool TryGet(ObjectKey key, [NotNullWhen(true)] out T? found)
    {
        lock (_lock)
            return _objects.TryGetValue(key, out found);
    }

    /// <summary>Finds one object; null if it is not there.</summary>
    public T? Find(ObjectKey key) => TryGet(key, out var found) ? found : null;

    /// <summary>A snapshot of the objects for which the index's function gave <paramref name="value"/>, in no order.</summary>
    /// <exception cref="ArgumentException">There is no such index.</exception>
    public IReadOnlyList<T> ByIndex(string index, string value)
    {
        lock (_lock)
        {
            if (!_indexes.TryGetValue(index, out var known))
                throw new ArgumentException($"There is no index '{index}'.", nameof(index));
            if (!known.Keys.TryGetValue(value, out var keys))
                return [];
            var found = new List<T>(keys.Count);
            foreach (var key in keys)
                found.Add(_objects[key]);
            return found;
        }
    }

    internal void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_lock)
        {
            var index = new Index(values);
            foreach (var item in _objects.Values)
                index.Add(item);
            _indexes.Add(name, index);
        }
    }

    internal void Set(T item)
    {
        lock (_lock)
        {
            if (_objects.TryGetValue(item.Key, out var old))
                Unindex(old);
            _objects[item.Key] = item;
            foreach (var index in _indexes.Values)
                index.Add(item);
        }
    }

    internal void Remove(ObjectKey key)
    {
        lock (_lock)
        {
            if (_objects.Remove(key, out var old))
                Unindex(old);
        }
    }

    internal IReadOnlyList<ObjectKey> Keys()
    {
        lock (_lock)
            return [.. _objects.Keys];
    }

    private void Unindex(T item)
    {
        foreach (var index in _indexes.Values)
            index.Remove(item);
    }

    private sealed class Index(Func<T, IEnumerable<string>> values)
    {
        public Dictionary<string, HashSet<ObjectKey>> Keys { get; } = new(StringComparer.Ordinal);

        public void Add(T item)
        {
            foreach (var value in values(item))
            {
                if (!Keys.TryGetValue(value, out var keys))
                    Keys.Add(value, keys = []);
                keys.Add(item.Key);
            }
        }

        // The function is asked again instead of remembering its answer: objects are immutable, and memory is dearer.
        public void Remove(T item)
        {
            foreach (var value in values(item))
            {
                if (Keys.TryGetValue(value, out var keys) && keys.Remove(item.Key) && keys.Count == 0)
                    Keys.Remove(value);
            }
        }
    }
}
