using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using NodaTime;
using Sluice.Api.Gates;
using Sluice.Gating.Calendars;
using Sluice.Kubernetes;

namespace Sluice.Controller.Calendars;

/// <summary>
/// The ConfigMaps that gates take calendars from. Each is watched by itself, as kubelets do it: of all the ConfigMaps of a cluster these are few.
/// </summary>
internal sealed class CalendarCache(KubernetesApi api, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    /// <summary>How long a ConfigMap that has not been read yet leaves what names its gates as it is; then its gates are closed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PatienceAfterFailure = TimeSpan.FromSeconds(2);

    private static readonly ApiResource Resource = new("", "v1", "configmaps", "ConfigMap");

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Watched> _watched = [];
    private readonly Dictionary<ObjectKey, List<ObjectKey>> _usedBy = [];
    private readonly ConcurrentDictionary<(ObjectKey ConfigMap, string Key, string Zone), Parsed> _parsed = new();
    private int _version;

    /// <summary>Told of a gate when a calendar of its may have changed.</summary>
    public event Action<ObjectKey>? Changed;

    /// <summary>Changes whenever any calendar does: what was made of calendars before has to be made anew.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>The calendars of a namespace.</summary>
    public ICalendars Of(string inNamespace) => new NamespaceCalendars(this, inNamespace);

    /// <summary>Watches what a gate names, and no longer what it named before. A gate that is gone names nothing.</summary>
    public void Follow(ObjectKey gate, IEnumerable<string> configMaps)
    {
        var wanted = configMaps.Select(name => new ObjectKey(gate.Namespace, name)).Distinct().ToList();
        lock (_lock)
        {
            var before = _usedBy.GetValueOrDefault(gate) ?? [];
            foreach (var added in wanted.Except(before))
            {
                Watch(added).Users.Add(gate);
            }

            foreach (var dropped in before.Except(wanted))
            {
                Unwatch(dropped, gate);
            }

            if (wanted.Count > 0)
            {
                _usedBy[gate] = wanted;
            }
            else
            {
                _usedBy.Remove(gate);
            }
        }
    }

    /// <summary>
    /// Whether all of these ConfigMaps have been read, or have been waited for long enough: briefly after a failure, longer while many are read.
    /// </summary>
    public bool IsSettled(string inNamespace, IEnumerable<string> configMaps)
    {
        lock (_lock)
        {
            return configMaps.All(name => _watched.TryGetValue(new(inNamespace, name), out var watched)
                && (watched.Informer.HasSynced || time.GetElapsedTime(watched.Since) > (watched.Informer.LastFailure is null ? Patience : PatienceAfterFailure)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Watched> all;
        lock (_lock)
        {
            all = [.. _watched.Values];
            _watched.Clear();
            _usedBy.Clear();
        }

        foreach (var watched in all)
        {
            await watched.StopAsync();
        }
    }

    private Watched Watch(ObjectKey name)
    {
        if (_watched.TryGetValue(name, out var known))
        {
            return known;
        }

        var options = new InformerOptions { Namespaces = [name.Namespace], FieldSelector = $"metadata.name={name.Name}", Name = "calendars" };
        var informer = new Informer<ObservedConfigMap>(api, Resource, ObservedConfigMap.Read, options, time, loggers.CreateLogger<Informer<ObservedConfigMap>>());
        informer.AddHandler(_ => Tell(name));
        // One that is missing is known to be so when the (empty) list has been read.
        informer.StatusChanged += status =>
        {
            if (status == InformerStatus.Watching)
            {
                Tell(name);
            }
        };
        var stop = new CancellationTokenSource();
        var watched = new Watched(informer, [], time.GetTimestamp(), stop, Task.Run(() => informer.RunAsync(stop.Token)));
        _watched.Add(name, watched);
        return watched;
    }

    private void Unwatch(ObjectKey name, ObjectKey gate)
    {
        var watched = _watched[name];
        watched.Users.Remove(gate);
        if (watched.Users.Count == 0)
        {
            _watched.Remove(name);
            _ = watched.StopAsync();
            foreach (var parsed in _parsed.Keys.Where(parsed => parsed.ConfigMap == name))
            {
                _parsed.TryRemove(parsed, out _);
            }
        }
    }

    private void Tell(ObjectKey name)
    {
        Interlocked.Increment(ref _version);
        List<ObjectKey> users;
        lock (_lock)
        {
            users = _watched.TryGetValue(name, out var watched) ? [.. watched.Users] : [];
        }

        foreach (var gate in users)
        {
            Changed?.Invoke(gate);
        }
    }

    private Parsed Find(ObjectKey name, string key, DateTimeZone zone)
    {
        Watched? watched;
        lock (_lock)
        {
            _watched.TryGetValue(name, out watched);
        }

        if (watched is null || !watched.Informer.HasSynced)
        {
            var failure = watched?.Informer.LastFailure?.Message;
            return new("", null, $"ConfigMap '{name}' has not been read yet{(failure is null ? "" : $": {failure}")}");
        }

        if (!watched.Informer.Cache.TryGet(name, out var map))
        {
            return new("", null, $"ConfigMap '{name}' does not exist; create it, with the calendar under key '{key}'");
        }

        if (!CalendarTexts.TryFind(name.ToString(), map.Data, key, out var text, out var missing))
        {
            return new("", null, missing);
        }

        // A thousand gates of a namespace may share one calendar.
        if (!_parsed.TryGetValue((name, key, zone.Id), out var parsed) || parsed.Text != text)
        {
            parsed = CalendarTexts.TryRead(name.ToString(), key, text, zone, out var calendar, out var problem) ? new(text, calendar, null) : new(text, null, problem);
            _parsed[(name, key, zone.Id)] = parsed;
        }

        return parsed;
    }

    private sealed record Parsed(string Text, EventCalendar? Calendar, string? Problem);

    private sealed record Watched(Informer<ObservedConfigMap> Informer, HashSet<ObjectKey> Users, long Since, CancellationTokenSource Stop, Task Running)
    {
        public async Task StopAsync()
        {
            await Stop.CancelAsync();
            await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Stop.Dispose();
        }
    }

    private sealed class NamespaceCalendars(CalendarCache cache, string inNamespace) : ICalendars
    {
        public bool TryFind(ConfigMapKeyReference reference, DateTimeZone floatingZone, [NotNullWhen(true)] out EventCalendar? calendar, [NotNullWhen(false)] out string? problem)
        {
            (_, calendar, problem) = cache.Find(new(inNamespace, reference.Name), reference.Key, floatingZone);
            return calendar is not null;
        }
    }
}
