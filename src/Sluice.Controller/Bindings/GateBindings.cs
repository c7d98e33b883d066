using System.Collections.ObjectModel;
using Sluice.Api;
using Sluice.Api.Bindings;
using Sluice.Api.Gated;
using Sluice.Controller.Access;
using Sluice.Controller.Discovery;
using Sluice.Controller.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Bindings;

/// <summary>The bindings of the cluster, of both kinds, and what they select.</summary>
internal sealed class GateBindings
{
    private const string ByNamespace = "namespace";
    private const string ByGate = "gate";

    private readonly KubernetesApi _api;
    private readonly Informer<ObservedBinding> _own;
    private readonly Informer<ObservedBinding> _clusterWide;
    private readonly Informer<ObservedDefinition> _definitions;
    private readonly ObjectCache<ObservedNamespace> _namespaces;

    public GateBindings(
        KubernetesApi api, InformerOptions scope, Informer<ObservedDefinition> definitions, ObjectCache<ObservedNamespace> namespaces, TimeProvider time, ILoggerFactory loggers)
    {
        (_api, _definitions, _namespaces) = (api, definitions, namespaces);
        var log = loggers.CreateLogger<Informer<ObservedBinding>>();
        _own = new(api, Resource, json => ObservedBinding.Read(json, GateBinding.KindName), scope, time, log);
        _clusterWide = new(api, ClusterResource, json => ObservedBinding.Read(json, GateBinding.ClusterKindName), new(), time, log);
        foreach (var informer in new[] { _own, _clusterWide })
        {
            informer.AddIndex(ByNamespace, binding => [binding.Key.Namespace]);
            informer.AddIndex(ByGate, binding => binding.Gates.Select(gate => gate.ToString()));
            informer.AddHandler(change => Changed?.Invoke(new(informer == _clusterWide, change.Key), change));
            informer.RetryWhenDefined(definitions);
        }
    }

    /// <summary>Told of every change of a binding.</summary>
    public event Action<BindingKey, ObjectChange<ObservedBinding>>? Changed;

    /// <summary>Where the bindings of namespaces are served.</summary>
    public static ApiResource Resource { get; } = new(ApiGroup.Name, ApiGroup.Version, "gatebindings", GateBinding.KindName);

    /// <summary>Where those of the cluster are served.</summary>
    public static ApiResource ClusterResource { get; } = new(ApiGroup.Name, ApiGroup.Version, "clustergatebindings", GateBinding.ClusterKindName, Namespaced: false);

    /// <summary>
    /// Whether it is known which bindings there are: nothing may be released before. A cluster on which a kind of binding is not installed has
    /// none of it.
    /// </summary>
    public bool AreKnown => _own.IsKnown(_definitions) && _clusterWide.IsKnown(_definitions);

    /// <summary>
    /// Whether it can be told which bindings select an object: its namespace may have come a moment before it, and a binding may ask for its labels.
    /// </summary>
    public bool CanTell(GatedObject gated) => AreKnown && (IsEmpty || _namespaces.TryGet(new("", gated.Key.Namespace), out _));

    /// <summary>
    /// Asks the API server itself whether no binding selects an object. Whoever releases what admission has held must know: a watch may lag behind the
    /// binding, or the labels, by which the API server has held it.
    /// </summary>
    public async Task<bool> SelectNothingAsync(GatedKind kind, GatedObject gated, CancellationToken cancellation)
    {
        var labels = (await _api.ListAsync(ObservedNamespace.Resource, new() { FieldSelector = $"metadata.name={gated.Key.Namespace}" }, ObservedNamespace.Read, cancellation)).Items is [var found] ? found.Labels : ReadOnlyDictionary<string, string>.Empty;
        foreach (var informer in new[] { _own, _clusterWide }.Where(informer => _definitions.Define(informer.Resource)))
        {
            var now = await _api.ListAsync(
                informer.Resource, new() { Namespace = informer == _own ? gated.Key.Namespace : null }, json => ObservedBinding.Read(json, informer.Resource.Kind), cancellation);
            if (now.Items.Any(binding => binding.Selects(kind.Kind, gated, labels)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _own.Cache.Count + _clusterWide.Cache.Count == 0;

    /// <summary>All of them.</summary>
    public IEnumerable<ObservedBinding> All => _own.Cache.All.Concat(_clusterWide.Cache.All);

    /// <summary>Keeps the bindings up to date until stopped.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_own.RunAsync(stopping), _clusterWide.RunAsync(stopping));

    /// <summary>Finds one.</summary>
    public ObservedBinding? Find(BindingKey key) => Informer(key).Cache.Find(key.Key);

    /// <summary>Takes the answer to a write into the cache.</summary>
    public void Observe(BindingKey key, ObservedBinding written) => Informer(key).Observe(written);

    /// <summary>Those that put their gates before an object, in the order of their names.</summary>
    public IEnumerable<ObservedBinding> Of(GatedKind kind, GatedObject gated)
    {
        if (IsEmpty)
        {
            return [];
        }

        var labels = LabelsOf(gated.Key.Namespace);
        return _clusterWide.Cache.All.Concat(_own.Cache.ByIndex(ByNamespace, gated.Key.Namespace))
            .Where(binding => binding.Selects(kind.Kind, gated, labels))
            .OrderBy(binding => binding.Title, StringComparer.Ordinal);
    }

    /// <summary>Those that name a gate.</summary>
    public IEnumerable<ObservedBinding> Naming(string gate) => _own.Cache.ByIndex(ByGate, gate).Concat(_clusterWide.Cache.ByIndex(ByGate, gate));

    /// <summary>The objects that a binding puts its gates before.</summary>
    public IEnumerable<(GatedKey Key, GatedObject Object)> Select(ObservedBinding binding, GatedObjects objects) =>
        objects.In(binding.IsClusterWide ? null : binding.Key.Namespace)
            .Where(found => binding.Selects(found.Key.Kind.Kind, found.Object, LabelsOf(found.Object.Key.Namespace)));

    private Informer<ObservedBinding> Informer(BindingKey key) => key.IsClusterWide ? _clusterWide : _own;

    private IReadOnlyDictionary<string, string> LabelsOf(string name) => _namespaces.Find(new("", name))?.Labels ?? ReadOnlyDictionary<string, string>.Empty;
}
