using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Sluice.Api.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>
/// The gated objects of every kind that the cluster serves: one informer a kind, started when the kind appears and stopped when it goes.
/// </summary>
internal sealed partial class GatedObjects(KubernetesApi api, InformerOptions options, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private const string ByGate = "gate";
    private const string ByHoldingGate = "holding-gate";
    private const string ByNamespace = "namespace";
    private const string BySource = "source";

    /// <summary>What the objects are looked up by.</summary>
    internal static IReadOnlyList<(string Name, Func<GatedObject, IEnumerable<string>> Values)> Indexes { get; } =
    [
        (ByGate, gated => gated.RelatedGates()),
        (ByHoldingGate, gated => HeldBy.Gates(gated.Hold.HeldBy)),
        (ByNamespace, gated => [gated.Key.Namespace]),
        (BySource, gated => gated.Uses is { } uses ? [uses.Source] : []),
    ];

    private readonly ConcurrentDictionary<GatedKind, Following> _kinds = new();
    private readonly ILogger _log = loggers.CreateLogger("gated-objects");

    /// <summary>Told of every change of a gated object.</summary>
    public event Action<GatedKey, ObjectChange<GatedObject>>? Changed;

    /// <summary>The kinds that are followed now.</summary>
    public IEnumerable<GatedKind> Kinds => _kinds.Keys;

    /// <summary>Whether every kind that is followed has been read once.</summary>
    public bool HasSynced => _kinds.Values.All(following => following.Informer.HasSynced);

    /// <summary>The kinds that are followed and have not been read yet.</summary>
    public IEnumerable<GatedKind> Unread => _kinds.Where(following => !following.Value.Informer.HasSynced).Select(following => following.Key);

    /// <summary>Follows a kind at the version that the cluster serves. Does nothing when it is followed like that already.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="resource">Where it is served.</param>
    /// <param name="canSuspend">Whether it has <c>spec.suspend</c> there.</param>
    public async Task FollowAsync(GatedKind kind, ApiResource resource, bool canSuspend)
    {
        if (_kinds.TryGetValue(kind, out var present))
        {
            if (present.Resource == resource && present.CanSuspend == canSuspend)
            {
                return;
            }

            await UnfollowAsync(kind);
        }

        var informer = new Informer<GatedObject>(api, resource, GatedObjectReader.Read, options, time, loggers.CreateLogger<Informer<GatedObject>>());
        foreach (var (name, values) in Indexes)
        {
            informer.AddIndex(name, values);
        }

        informer.AddHandler(change => Changed?.Invoke(new(kind, change.Key), change));
        var stop = new CancellationTokenSource();
        _kinds[kind] = new(resource, canSuspend, informer, stop, Task.Run(() => informer.RunAsync(stop.Token)));
        LogFollowing(kind.Kind, resource.ApiVersion);
        if (!canSuspend)
        {
            LogCannotHold(CannotHold.Problem(resource));
        }
    }

    /// <summary>Stops following a kind, as when its definition is deleted.</summary>
    public async Task UnfollowAsync(GatedKind kind)
    {
        if (_kinds.TryRemove(kind, out var following))
        {
            await following.StopAsync();
            LogUnfollowing(kind.Kind);
        }
    }

    /// <summary>Waits until every kind that is followed has been read once.</summary>
    public Task SyncedAsync(CancellationToken cancellation) => Task.WhenAll(_kinds.Values.Select(following => following.Informer.SyncedAsync(cancellation)));

    /// <summary>Finds one object and where it is served.</summary>
    public bool TryGet(GatedKey key, [NotNullWhen(true)] out GatedObject? found, [NotNullWhen(true)] out ApiResource? resource)
    {
        found = null;
        resource = null;
        if (!_kinds.TryGetValue(key.Kind, out var following) || !following.Informer.Cache.TryGet(key.Key, out found))
        {
            return false;
        }

        resource = following.Resource;
        return true;
    }

    /// <summary>Where a kind is served; null when it is not.</summary>
    public ApiResource? FindResource(GatedKind kind) => _kinds.TryGetValue(kind, out var following) ? following.Resource : null;

    /// <summary>Whether objects of a kind can be suspended at all: whether it has <c>spec.suspend</c> where it is served.</summary>
    public bool CanSuspend(GatedKind kind) => !_kinds.TryGetValue(kind, out var following) || following.CanSuspend;

    /// <summary>Why suspending an object, or wanting to, does not hold it, and what to do; null: it does.</summary>
    public string? WhyUnheld(GatedKind kind, GatedObject gated) =>
        gated.IsOci && kind.Kind == "HelmRepository" ? CannotHold.OciRepository
        : CanSuspend(kind) || FindResource(kind) is not { } resource ? null : CannotHold.Problem(resource);

    /// <summary>Takes the answer to a write into the cache, so that the next look need not wait for the watch.</summary>
    public void Observe(GatedKind kind, GatedObject written)
    {
        if (_kinds.TryGetValue(kind, out var following))
        {
            following.Informer.Observe(written);
        }
    }

    /// <inheritdoc cref="Informer{T}.IsCurrentAsync"/>
    public async Task<bool> IsCurrentAsync(GatedKind kind, GatedObject seen, CancellationToken cancellation) =>
        _kinds.TryGetValue(kind, out var following) && await following.Informer.IsCurrentAsync(seen, cancellation);

    /// <summary>The objects that name a gate, or are held by it.</summary>
    public IEnumerable<GatedKey> Naming(string gate) => Select(ByGate, gate);

    /// <summary>The objects of a namespace, or with null of all.</summary>
    public IEnumerable<(GatedKey Key, GatedObject Object)> In(string? name) =>
        from following in _kinds
        from gated in name is null ? following.Value.Informer.Cache.All : following.Value.Informer.Cache.ByIndex(ByNamespace, name)
        select (new GatedKey(following.Key, gated.Key), gated);

    /// <summary>What deploys from a source: Kustomizations and HelmReleases, not what only builds something else of it.</summary>
    public IEnumerable<(GatedKey Key, GatedObject Object)> DeployingFrom(GatedKey source) =>
        from following in _kinds
        where following.Key.Kind is "Kustomization" or "HelmRelease"
        from gated in following.Value.Informer.Cache.ByIndex(BySource, source.ToString())
        select (new GatedKey(following.Key, gated.Key), gated);

    /// <summary>How many objects a gate keeps held.</summary>
    public int CountHeldBy(string gate) => _kinds.Values.Sum(following => following.Informer.Cache.ByIndex(ByHoldingGate, gate).Count);

    /// <summary>The held objects of a kind.</summary>
    public IEnumerable<GatedObject> Held(GatedKind kind) =>
        _kinds.TryGetValue(kind, out var following) ? following.Informer.Cache.All.Where(gated => gated.Hold.HeldBy is not null) : [];

    public async ValueTask DisposeAsync()
    {
        foreach (var following in _kinds.Values)
        {
            await following.StopAsync();
        }
    }

    private IEnumerable<GatedKey> Select(string index, string value) =>
        from following in _kinds
        from gated in following.Value.Informer.Cache.ByIndex(index, value)
        select new GatedKey(following.Key, gated.Key);

    [LoggerMessage(Level = LogLevel.Information, Message = "following {Kind} at {ApiVersion}")]
    private partial void LogFollowing(string kind, string apiVersion);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} is not served any more: nothing of that kind is held or released until it is")]
    private partial void LogUnfollowing(string kind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private partial void LogCannotHold(string problem);

    private sealed record Following(ApiResource Resource, bool CanSuspend, Informer<GatedObject> Informer, CancellationTokenSource Stop, Task Running)
    {
        public async Task StopAsync()
        {
            await Stop.CancelAsync();
            await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Stop.Dispose();
        }
    }
}
