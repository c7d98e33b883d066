using System.Collections.Immutable;
using Sluice.Api.Gated;
using Sluice.Controller.Access;
using Sluice.Controller.Bindings;
using Sluice.Controller.Gates;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>Asks the gates that an object names, and those that bindings put before it, what they say to it; all as they are in the cache.</summary>
/// <param name="gates">The gates.</param>
/// <param name="bindings">The bindings.</param>
/// <param name="access">Which namespaces may refer to gates elsewhere.</param>
internal sealed class GateEvaluator(ObjectCache<ObservedGate> gates, GateBindings bindings, NamespaceAccess access)
{
    /// <summary>When to ask again a gate that cannot tell yet.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether <paramref name="gated"/> may be reconciled at <paramref name="now"/>.</summary>
    public HoldDecision Evaluate(GatedKind kind, GatedObject gated, DateTimeOffset now)
    {
        var groups = ImmutableArray.CreateBuilder<GateGroup>();
        if (gated.NamesGates)
        {
            groups.Add(OwnGates(gated, now));
        }

        foreach (var binding in bindings.Of(kind, gated))
        {
            // Who may write a ClusterGateBinding has rights on the whole cluster: no gate is out of its reach.
            groups.Add(new(binding.Require, [.. binding.Gates.Select(gate => Ask(gate, binding.IsClusterWide ? null : gated.Key.Namespace, now))], binding.Title));
        }

        return HoldDecision.Of(groups.ToImmutable());
    }

    /// <summary>Whether all gates of <paramref name="gated"/> can be asked: the bindings, or the calendar of one gate, may not have been read yet.</summary>
    public bool CanTell(GatedKind kind, GatedObject gated, DateTimeOffset now) =>
        bindings.CanTell(gated)
        && gated.RelatedGates().All(name => !ObjectKey.TryParse(name, out var key) || IsSettled(key, now))
        && bindings.Of(kind, gated).SelectMany(binding => binding.Gates).All(gate => IsSettled(new(gate.Namespace, gate.Name), now));

    private bool IsSettled(ObjectKey key, DateTimeOffset now) => !gates.TryGet(key, out var gate) || gate.IsSettledAt(now);

    private GateGroup OwnGates(GatedObject gated, DateTimeOffset now)
    {
        var verdicts = ImmutableArray.CreateBuilder<GateVerdict>();
        var named = GateReference.ParseList(gated.GatesAnnotation, gated.Key.Namespace, out var unreadable);
        foreach (var reference in named.Concat(gated.SpecGates ?? []).Distinct())
        {
            verdicts.Add(Ask(reference, gated.Key.Namespace, now));
        }

        foreach (var entry in unreadable)
        {
            verdicts.Add(string.IsNullOrWhiteSpace(gated.GatesAnnotation)
                ? new(HeldBy.NoName, VerdictKind.InvalidReference, $"annotation {GatedAnnotations.Gates} names no gate: remove the annotation or name a gate")
                : new(Shorten(entry), VerdictKind.InvalidReference, $"annotation {GatedAnnotations.Gates}: expected 'name' or 'namespace/name', comma-separated"));
        }

        var require = gated.RequireAnnotation switch
        {
            null or "all" => Require.All,
            "oneOf" => Require.OneOf,
            _ => (Require?)null,
        };
        if (require is null)
        {
            verdicts.Add(new(Shorten(gated.RequireAnnotation!), VerdictKind.InvalidReference, $"annotation {GatedAnnotations.Require}: expected 'all' or 'oneOf'"));
        }

        return new(require ?? Require.All, verdicts.ToImmutable());
    }

    /// <summary>Finds a gate for who may ask it; else says why there is none for them.</summary>
    /// <param name="reference">The gate.</param>
    /// <param name="fromNamespace">The namespace of who names it; null: no gate is out of reach.</param>
    /// <param name="refusal">Why not; null when it is found.</param>
    public ObservedGate? Find(GateReference reference, string? fromNamespace, out GateVerdict? refusal)
    {
        refusal = null;
        var name = reference.ToString();
        var gate = gates.Find(new(reference.Namespace, reference.Name));
        if (fromNamespace is not null && access.Refusal(reference.Namespace, gate?.Gate.Spec.AccessFrom, fromNamespace) is { } why)
        {
            refusal = new(name, VerdictKind.AccessDenied, why);
            return null;
        }

        refusal = gate is null ? new(name, VerdictKind.GateNotFound) : null;
        return gate;
    }

    /// <summary>What a gate says by its decision, before any approvals are asked for.</summary>
    public static GateVerdict Verdict(ObservedGate gate, GateDecision decision) =>
        Read(gate, decision) with { By = decision is { Cause: GateReasons.Requested or GateReasons.Overridden, Reason: not GateReasons.ClosingSoon } ? gate.Latched.Current?.By : null };

    private static GateVerdict Read(ObservedGate gate, GateDecision decision) => decision switch
    {
        { Reason: GateReasons.InvalidSpec } => new(gate.Name, VerdictKind.GateStalled, decision.Message),
        { AdmitsReleases: true } => new(gate.Name, VerdictKind.Opened) { Until = decision.Until },
        { Reason: GateReasons.ClosingSoon } => new(gate.Name, VerdictKind.GateClosing, decision.Message),
        { KeptClosedBy: { } check } => new(gate.Name, VerdictKind.CheckNotPassed, check),
        { Reason: GateReasons.OpenedForRevision } => new(gate.Name, VerdictKind.OpenedForRevision),
        _ => new(gate.Name, VerdictKind.GateClosed, decision.Message),
    };

    /// <summary>Whether all of these gates can be asked: the calendar of one may not have been read yet.</summary>
    public bool CanTell(IEnumerable<GateReference> references, DateTimeOffset now) => references.All(gate => IsSettled(new(gate.Namespace, gate.Name), now));

    private GateVerdict Ask(GateReference reference, string? fromNamespace, DateTimeOffset now)
    {
        if (Find(reference, fromNamespace, out var refusal) is not { } gate)
        {
            return refusal!;
        }

        var verdict = Verdict(gate, gate.Decide(now));
        return verdict.Kind == VerdictKind.GateStalled ? verdict
            : gate.Rules.Approvals is not null ? new(gate.Name, VerdictKind.ApprovalNeedsRevision)
            : gate.Rules.Checks.FirstOrDefault(check => check.IsAboutCandidate) is { } check ? new(gate.Name, VerdictKind.CheckNeedsRevision, check.Name)
            : verdict;
    }

    private static string Shorten(string entry) => entry.Length <= 64 ? entry : entry[..64] + "…";
}
