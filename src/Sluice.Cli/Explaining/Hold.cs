using System.Collections.Immutable;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Gating.Requirements;
using Sluice.Gating.Time;

namespace Sluice.Cli.Explaining;

/// <summary>What is written on an object about its gates, and what those gates say: read once, for lists and for explanations.</summary>
internal sealed record Hold
{
    private const string OneOf = "oneOf";

    /// <summary>Whether Sluice says that it holds the object.</summary>
    public bool IsHeld { get; private init; }

    /// <summary>Since when, where Sluice has written it down.</summary>
    public DateTimeOffset? Since { get; private init; }

    /// <summary>Every gate that the object names or that holds it.</summary>
    public ImmutableArray<GateFinding> Gates { get; private init; } = [];

    /// <summary>Whether one opened gate is enough among those that the object names itself.</summary>
    public bool IsOneOf { get; private init; }

    /// <summary>Whether the gates, as their own statuses have them, let the object pass.</summary>
    public bool Passes => IsOneOf
        ? Gates.Where(gate => !gate.IsNamed).All(Admits) && Own.Any(Admits) && !Own.Any(IsUnreadable)
        : Gates.All(Admits);

    /// <summary>The gates that do not let the object pass.</summary>
    public IEnumerable<GateFinding> Blocking => Gates.Where(gate => !Admits(gate));

    /// <summary>When the gates let the object pass if nobody does anything; null when that is not known.</summary>
    public DateTimeOffset? Until
    {
        get
        {
            var own = Own.Any(Admits) && IsOneOf ? [] : Own.Where(gate => !Admits(gate)).ToList();
            var others = Gates.Where(gate => !gate.IsNamed && !Admits(gate)).ToList();
            List<DateTimeOffset?> ends = IsOneOf && own.Count > 0
                ? [own.Any(IsUnreadable) ? null : own.Min(gate => gate.OpensAt)]
                : [.. own.Select(gate => gate.OpensAt)];
            ends.AddRange(others.Select(gate => gate.OpensAt));
            return ends.Count == 0 || ends.Contains(null) ? null : ends.Max();
        }
    }

    private IEnumerable<GateFinding> Own => Gates.Where(gate => gate.IsNamed);

    /// <summary>The gates that have to be looked up before <see cref="Read"/>.</summary>
    public static IReadOnlyList<GateReference> References(FluxObject item) =>
        [.. Named(item, out _).Concat(Reasons(item).Keys.SelectMany(gate => GateReference.ParseList(gate, item.Metadata.Namespace ?? "", out _))).Distinct()];

    /// <summary>Reads it.</summary>
    /// <param name="item">The object.</param>
    /// <param name="lookups">What came of looking for <see cref="References"/>.</param>
    public static Hold Read(FluxObject item, IReadOnlyDictionary<GateReference, GateLookup> lookups)
    {
        var named = Named(item, out var unreadable);
        var reasons = Reasons(item);
        var findings = References(item).Select(gate => Find(gate, lookups.GetValueOrDefault(gate), reasons.GetValueOrDefault(gate.ToString()), named.Contains(gate)))
            .Concat(unreadable.Select(entry => Unreadable(item, entry)));
        var heldBy = item.Annotation(GatedAnnotations.HeldBy);
        return new Hold
        {
            IsHeld = !string.IsNullOrEmpty(heldBy),
            Since = Rfc3339.TryParse(item.Annotation(GatedAnnotations.HeldSince), out var since) ? since : null,
            Gates = [.. findings],
            IsOneOf = item.Annotation(GatedAnnotations.Require)?.Trim() == OneOf,
        };
    }

    /// <summary>The gates that hold an object, each with its reason, as Sluice has written it.</summary>
    public static IReadOnlyDictionary<string, string> Reasons(FluxObject item)
    {
        var value = item.Annotation(GatedAnnotations.HeldBy);
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in value?.Split(", ", StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var space = entry.IndexOf(' ', StringComparison.Ordinal);
            reasons[space < 0 ? entry : entry[..space]] = space < 0 ? "" : entry[(space + 1)..].Trim('(', ')');
        }

        return reasons;
    }

    private static ImmutableArray<GateReference> Named(FluxObject item, out ImmutableArray<string> unreadable)
    {
        var own = item.Metadata.Namespace ?? "";
        var byAnnotation = GateReference.ParseList(item.Annotation(GatedAnnotations.Gates), own, out unreadable);
        var bySpec = item.Spec.Gates.Select(gate => new GateReference(string.IsNullOrEmpty(gate.Namespace) ? own : gate.Namespace, gate.Name));
        return [.. byAnnotation.Concat(bySpec).Distinct()];
    }

    private static GateFinding Unreadable(FluxObject item, string entry)
    {
        var isEmpty = string.IsNullOrWhiteSpace(item.Annotation(GatedAnnotations.Gates));
        return new(isEmpty ? HeldBy.NoName : entry, GateCondition.Missing, nameof(VerdictKind.InvalidReference), isEmpty ? "the annotation names no gate" : "this is not a gate's name", null, null, true);
    }

    private static GateFinding Find(GateReference gate, GateLookup? lookup, string? heldFor, bool isNamed)
    {
        var isDenied = heldFor == nameof(VerdictKind.AccessDenied);
        if (lookup is not { Gate: { } found })
        {
            return lookup?.Problem is not { } problem
                ? new GateFinding(gate.ToString(), GateCondition.Missing, nameof(VerdictKind.GateNotFound), "there is no such gate", null, null, isNamed)
                : isDenied
                    ? new GateFinding(gate.ToString(), GateCondition.Denied, heldFor!, "there is no such gate, or it does not admit this namespace", null, null, isNamed) { IsHidden = true }
                    : new GateFinding(gate.ToString(), GateCondition.Unknown, heldFor ?? "", problem, null, null, isNamed);
        }

        if (isDenied)
            return new GateFinding(gate.ToString(), GateCondition.Denied, heldFor!, "the gate does not admit this namespace", null, null, isNamed);

        var condition = GateCondition.Of(found);
        return new GateFinding(gate.ToString(), condition.State, condition.Reason, condition.Message, condition.Since, found.Status?.NextTransition, isNamed, heldFor);
    }

    private static bool Admits(GateFinding gate) => gate.Releases;

    private static bool IsUnreadable(GateFinding gate) => gate.Reason == nameof(VerdictKind.InvalidReference);
}
