using System.Collections.Immutable;
using Sluice.Api.Gated;
using Sluice.Controller.Access;
using Sluice.Controller.Gates;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>Asks the gates that an object names, as they are in the cache, what they say to it.</summary>
/// <param name="gates">The gates.</param>
/// <param name="namespaces">The namespaces, whose labels say which gates elsewhere they may refer to.</param>
/// <param name="allowCrossNamespace">Whether objects may name gates of other namespaces at all.</param>
internal sealed class GateEvaluator(ObjectCache<ObservedGate> gates, ObjectCache<ObservedNamespace> namespaces, bool allowCrossNamespace)
{
    /// <summary>When to ask again a gate that cannot tell yet.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether <paramref name="gated"/> may be reconciled at <paramref name="now"/>.</summary>
    public HoldDecision Evaluate(GatedObject gated, DateTimeOffset now) => HoldDecision.Of([OwnGates(gated, now)]);

    /// <summary>Whether all gates that <paramref name="gated"/> names can be asked: the calendar of one may not have been read yet.</summary>
    public bool CanTell(GatedObject gated) =>
        gated.RelatedGates().All(name => name.IndexOf('/', StringComparison.Ordinal) is var slash && (!gates.TryGet(new(name[..slash], name[(slash + 1)..]), out var gate) || gate.IsSettled));

    private GateGroup OwnGates(GatedObject gated, DateTimeOffset now)
    {
        var verdicts = ImmutableArray.CreateBuilder<GateVerdict>();
        var named = GateReference.ParseList(gated.GatesAnnotation ?? "", gated.Key.Namespace, out var unreadable);
        foreach (var reference in named.Concat(gated.SpecGates ?? []).Distinct())
        {
            verdicts.Add(Ask(reference, gated.Key.Namespace, now));
        }

        foreach (var entry in unreadable)
        {
            verdicts.Add(new(Shorten(entry), VerdictKind.InvalidReference, $"annotation {GatedAnnotations.Gates}: expected 'name' or 'namespace/name', comma-separated"));
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

    private GateVerdict Ask(GateReference reference, string fromNamespace, DateTimeOffset now)
    {
        var name = reference.ToString();
        var crosses = reference.Namespace != fromNamespace;
        if (crosses && !allowCrossNamespace)
        {
            return new(name, VerdictKind.AccessDenied, "references across namespaces are off: --no-cross-namespace-refs");
        }

        if (!gates.TryGet(new(reference.Namespace, reference.Name), out var gate))
        {
            return new(name, VerdictKind.GateNotFound);
        }

        if (crosses && !Admits(gate, fromNamespace))
        {
            return new(name, VerdictKind.AccessDenied, $"its spec.accessFrom does not select namespace '{fromNamespace}'");
        }

        var decision = gate.Decide(now);
        return decision switch
        {
            { Reason: GateReasons.InvalidSpec } => new(name, VerdictKind.GateStalled, decision.Message),
            { AdmitsReleases: true } => new(name, VerdictKind.Opened),
            { Reason: GateReasons.ClosingSoon } => new(name, VerdictKind.GateClosing, decision.Message),
            { Reason: GateReasons.OpenedForRevision } => new(name, VerdictKind.OpenedForRevision),
            _ => new(name, VerdictKind.GateClosed, decision.Message),
        };
    }

    private static string Shorten(string entry) => entry.Length <= 64 ? entry : entry[..64] + "…";

    private bool Admits(ObservedGate gate, string fromNamespace) =>
        gate.Gate.Spec.AccessFrom is { } access && namespaces.TryGet(new("", fromNamespace), out var labelled) && access.Admits(labelled.Labels);
}
