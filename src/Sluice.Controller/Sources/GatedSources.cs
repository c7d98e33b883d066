using Sluice.Api;
using Sluice.Api.Sources;
using Sluice.Controller.Discovery;
using Sluice.Controller.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Sources;

/// <summary>The gated sources of the cluster.</summary>
internal sealed class GatedSources
{
    private const string ByObject = "object";
    private const string ByGate = "gate";
    private const string ByNamespace = "namespace";
    private const string ByIncluding = "including";

    private readonly Informer<ObservedGatedSource> _sources;
    private readonly Informer<ObservedDefinition> _definitions;
    private readonly bool _seesAll;

    public GatedSources(KubernetesApi api, InformerOptions scope, Informer<ObservedDefinition> definitions, bool trustRequestedBy, TimeProvider time, ILoggerFactory loggers)
    {
        (_definitions, _seesAll) = (definitions, string.IsNullOrEmpty(scope.LabelSelector));
        Read = json => ObservedGatedSource.Read(json, trustRequestedBy);
        _sources = new(api, Resource, Read, scope, time, loggers.CreateLogger<Informer<ObservedGatedSource>>());
        foreach (var (name, values) in Indexes)
        {
            _sources.AddIndex(name, values);
        }

        _sources.AddHandler(change => Changed?.Invoke(change));
        _sources.RetryWhenDefined(definitions);
    }

    /// <summary>Reads one.</summary>
    public ObjectDecoder<ObservedGatedSource> Read { get; }

    /// <summary>Where gated sources are served.</summary>
    public static ApiResource Resource { get; } = new(ApiGroup.Name, ApiGroup.Version, "gatedsources", GatedSource.KindName);

    /// <summary>What they are looked up by.</summary>
    internal static IReadOnlyList<(string Name, Func<ObservedGatedSource, IEnumerable<string>> Values)> Indexes { get; } =
    [
        (ByObject, source => new[] { source.SourceKey, source.TargetKey }.OfType<GatedKey>().Select(key => key.ToString())),
        (ByGate, source => source.Gates.Select(gate => gate.ToString())),
        (ByNamespace, source => [source.Key.Namespace]),
        (ByIncluding, source => source.MayInclude ? [source.Key.Namespace] : []),
    ];

    /// <summary>Told of every change of one.</summary>
    public event Action<ObjectChange<ObservedGatedSource>>? Changed;

    /// <summary>Whether it is known which there are; a cluster on which the kind is not installed has none.</summary>
    public bool AreKnown => _sources.IsKnown(_definitions);

    /// <summary>All of them.</summary>
    public IReadOnlyList<ObservedGatedSource> All => _sources.Cache.All;

    /// <summary>Keeps them up to date until stopped.</summary>
    public Task RunAsync(CancellationToken stopping) => _sources.RunAsync(stopping);

    /// <summary>Finds one.</summary>
    public ObservedGatedSource? Find(ObjectKey key) => _sources.Cache.Find(key);

    /// <summary>Takes the answer to a write into the cache.</summary>
    public void Observe(ObservedGatedSource written) => _sources.Observe(written);

    /// <inheritdoc cref="Informer{T}.IsCurrentAsync"/>
    public Task<bool> IsCurrentAsync(ObservedGatedSource seen, CancellationToken cancellation) => _sources.IsCurrentAsync(seen, cancellation);

    /// <summary>Those whose candidates wait at a gate.</summary>
    public IEnumerable<ObservedGatedSource> Naming(string gate) => _sources.Cache.ByIndex(ByGate, gate);

    /// <summary>Those whose source or target an object is.</summary>
    public IEnumerable<ObservedGatedSource> About(GatedKey key) => _sources.Cache.ByIndex(ByObject, key.ToString());

    /// <summary>Those whose source or target an object is, by the name that <see cref="GatedKey"/> writes.</summary>
    public IEnumerable<ObservedGatedSource> WithTarget(string target) => _sources.Cache.ByIndex(ByObject, target);

    /// <summary>Those of a namespace.</summary>
    public IEnumerable<ObservedGatedSource> In(string name) => _sources.Cache.ByIndex(ByNamespace, name);

    /// <summary>Those of a namespace that include, or may, what must be the targets of others.</summary>
    public IEnumerable<ObservedGatedSource> Including(string name) => _sources.Cache.ByIndex(ByIncluding, name);

    /// <summary>Whether there is a gated source of that name, and pins that target. One of another shard is not seen, and is taken to be there.</summary>
    public bool Pins(string name, GatedKey target) => Find(new(target.Key.Namespace, name)) is { } found
        ? found.TargetKey == target && found.Source.Metadata.DeletionTimestamp is null
        : !_seesAll;

    /// <summary>
    /// Why a gated source may not have its target: another one has it, or the target is, by way of others, its own source. Null when it may.
    /// </summary>
    public (string Reason, string Message)? FindConflict(ObservedGatedSource source, SeenTarget target)
    {
        if (source.TargetKey is not { } key)
        {
            return ("InvalidSpec", $"spec.sourceRef.kind: '{source.Source.Spec.SourceRef.Kind}' cannot be pinned; expected GitRepository, OCIRepository or HelmChart");
        }

        if (target is { Exists: true } && target.Owner != source.Key.Name)
        {
            return (ObservedGatedSource.TargetConflict, target.Owner is null
                ? $"{key} exists, and was not created by this GatedSource: it is left alone. Choose another spec.target.name, or delete it"
                : $"{key} is the target of GatedSource/{key.Key.Namespace}/{target.Owner}: choose another spec.target.name");
        }

        var rival = About(key).Where(other => other.TargetKey == key && other.Uid != source.Uid).OrderBy(Age).FirstOrDefault();
        return !target.Exists && rival is not null && Age(rival).CompareTo(Age(source)) < 0 ? (ObservedGatedSource.TargetConflict, $"{key} is to be the target of GatedSource/{rival.Key}, too, which is older: choose another spec.target.name")
            : LeadsBack(source, key) ? ("Cycle", $"{key} is, by way of other GatedSources, the source of its own source {source.SourceKey}: nothing could ever be released first")
            : null;
    }

    /// <summary>
    /// Whether a source or a target is made of another: whether that is its source, or is included by what its GatedSource has released or has waiting, or is so by way of others.
    /// </summary>
    public bool IsMadeOf(GatedKey made, GatedKey of) => IsMadeOf(
        // What is known not to get the target is made of what harms nobody.
        made, of, maker => maker is { IsRefusedItsTarget: false, Source.Metadata.DeletionTimestamp: null, SourceKey: { } key } ? maker.Included.Prepend(key) : []);

    private static (DateTimeOffset Created, string Name) Age(ObservedGatedSource source) => (source.Source.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue, source.Key.Name);

    // Of what is included, the source itself says what is wrong with it.
    private bool LeadsBack(ObservedGatedSource source, GatedKey target) =>
        source.SourceKey is { } from && IsMadeOf(from, target, maker => maker.SourceKey is { } key ? [key] : []);

    private bool IsMadeOf(GatedKey made, GatedKey of, Func<ObservedGatedSource, IEnumerable<GatedKey>> ingredients)
    {
        var seen = new HashSet<GatedKey>();
        var next = new Queue<GatedKey>([made]);
        while (next.TryDequeue(out var key))
        {
            if (key == of)
            {
                return true;
            }

            if (seen.Add(key))
            {
                foreach (var ingredient in About(key).Where(maker => maker.TargetKey == key).SelectMany(ingredients))
                {
                    next.Enqueue(ingredient);
                }
            }
        }

        return false;
    }
}
