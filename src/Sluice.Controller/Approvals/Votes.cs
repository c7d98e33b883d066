using Sluice.Api;
using Sluice.Api.Approvals;
using Sluice.Controller.Discovery;
using Sluice.Controller.Gates;
using Sluice.Controller.Sources;
using Sluice.Gating.Approvals;
using Sluice.Kubernetes;

namespace Sluice.Controller.Approvals;

/// <summary>The approvals of the cluster.</summary>
internal sealed class Votes
{
    private const string ByTarget = "target";

    private readonly Informer<ObservedApproval> _approvals;
    private readonly Informer<ObservedDefinition> _definitions;

    public Votes(KubernetesApi api, InformerOptions scope, Informer<ObservedDefinition> definitions, TimeProvider time, ILoggerFactory loggers)
    {
        _definitions = definitions;
        _approvals = new(api, Resource, ObservedApproval.Read, scope, time, loggers.CreateLogger<Informer<ObservedApproval>>());
        _approvals.AddIndex(ByTarget, approval => [approval.TargetKey.ToString()]);
        _approvals.AddHandler(change => Changed?.Invoke((change.New ?? change.Old)!.TargetKey));
        _approvals.RetryWhenDefined(definitions);
    }

    /// <summary>Where approvals are served.</summary>
    public static ApiResource Resource { get; } = new(ApiGroup.Name, ApiGroup.Version, "approvals", Approval.KindName);

    /// <summary>Told of the gated source that an approval which came or went is about.</summary>
    public event Action<ObjectKey>? Changed;

    /// <summary>
    /// Whether it is known which approvals there are: a rejection must not be overlooked. A cluster on which the kind is not installed has none.
    /// </summary>
    public bool AreKnown => _approvals.IsKnown(_definitions);

    /// <summary>Keeps them up to date until stopped.</summary>
    public Task RunAsync(CancellationToken stopping) => _approvals.RunAsync(stopping);

    /// <summary>Whether the API server still has a vote.</summary>
    public async Task<bool> StandsAsync(ObjectKey key, CancellationToken cancellation) =>
        _approvals.Cache.Find(key) is { } seen && await _approvals.IsCurrentAsync(seen, cancellation);

    /// <summary>The votes about a gated source at a gate: those for exactly this gate and this object, not for others of their names.</summary>
    public IEnumerable<Vote> Of(ObservedGatedSource source, ObservedGate gate) =>
        _approvals.Cache.ByIndex(ByTarget, source.Key.ToString())
            .Where(approval => approval.Key.Namespace == gate.Key.Namespace && approval.Gate.Name == gate.Key.Name && approval.Gate.Uid == gate.Uid
                && approval.Target.Kind == Api.Sources.GatedSource.KindName && approval.Target.Uid == source.Uid)
            .Select(approval => approval.Under(gate.Rules.Approvals));
}
