using System.Collections.Immutable;
using Sluice.Api.Gated;
using Sluice.Api.Metadata;
using Sluice.Cli.Cluster;
using Sluice.Gating.Requirements;
using Sluice.Gating.Time;

namespace Sluice.Cli.Explaining;

/// <summary>What is written on an object about its gates, and what those gates say: read once, for lists and for explanations.</summary>
internal sealed record Hold
{
    // What the API server writes by config/admission/mutating, and the webhook.
    private const string ByAdmission = "admission (NotDecidedYet)";

    /// <summary>Whether Sluice says that it holds the object.</summary>
    public bool IsHeld { get; private init; }

    /// <summary>Whether sluice-controller says that the object is not held although its gates are closed, whatever is written on it: Flux cannot suspend it.</summary>
    public bool IsUnheld { get; private init; }

    /// <summary>Whether admission holds it, and no controller has asked its gates yet.</summary>
    public bool IsUndecided { get; private init; }

    /// <summary>Whether it is being deleted: then it is not held any more, and what holds it already stays.</summary>
    public bool IsDeleting { get; private init; }

    /// <summary>Since when, where Sluice has written it down.</summary>
    public DateTimeOffset? Since { get; private init; }

    /// <summary>Every gate that the object names or that holds it.</summary>
    public ImmutableArray<GateFinding> Gates { get; private init; } = [];

    /// <summary>Whether one opened gate is enough among those that the object names itself.</summary>
    public bool IsOneOf { get; private init; }

    /// <summary>What sluice-controller says of the gates, those of bindings among them; null: none has to do with the object, as far as it knows.</summary>
    public Condition? Approved { get; private init; }

    /// <summary>Whether the gates, as their own statuses have them, let the object pass.</summary>
    public bool Passes => !Blocking.Any();

    /// <summary>The gates that do not let the object pass. One that is closed is not among them where another makes up for it.</summary>
    public IEnumerable<GateFinding> Blocking => OwnPass ? Gates.Where(gate => gate.IsBound && !Admits(gate)) : Gates.Where(gate => !Admits(gate));

    /// <summary>Of <see cref="Blocking"/> those of which one is enough; none where each of them has to open.</summary>
    public IReadOnlyList<GateFinding> Alternatives => IsOneOf && !Own.Any(IsUnreadable) ? [.. Blocking.Where(gate => !gate.IsBound)] : [];

    /// <summary>Of <see cref="Blocking"/> those of bindings: which of them make up for each other is not known.</summary>
    public IReadOnlyList<GateFinding> Bound => [.. Blocking.Where(gate => gate.IsBound)];

    /// <summary>Whether no gate that opens releases the object: what it cannot do without lets candidates alone pass.</summary>
    public bool NeedsCandidates =>
        Blocking.Where(gate => !gate.IsBound).Except(Alternatives).Any(NeedsRevision)
        || Alternatives.Count > 0 && Alternatives.All(NeedsRevision)
        || Bound.Count > 0 && Bound.Count == Blocking.Count() && Bound.All(NeedsRevision);

    /// <summary>When the gates let the object pass if nobody does anything; null when that is not known.</summary>
    public DateTimeOffset? Until => LastOpening is { } end && AreTogether(end) ? end : null;

    /// <summary>Whether each gate that it waits for opens by itself, and it is not known that one is still open when another opens.</summary>
    public bool MayMissEachOther => LastOpening is not null && Until is null;

    // When the last of the gates that must be opened opens.
    private DateTimeOffset? LastOpening
    {
        get
        {
            if (IsUndecided || Bound.Count > 1)
                return null;
            List<DateTimeOffset?> ends = [.. Blocking.Where(gate => !gate.IsBound).Except(Alternatives).Select(gate => gate.OpensAt)];
            if (Alternatives.Count > 0)
                ends.Add(Alternatives.Min(gate => gate.OpensAt));
            if (Bound is not [var bound])
                return ends.Count == 0 || ends.Contains(null) ? null : ends.Max();
            // A binding may want one of several, and among them one that the object names itself: then that is enough.
            return ends.Count == 0 ? bound.OpensAt : !ends.Contains(null) && bound.OpensAt <= ends.Max() ? ends.Max() : null;
        }
    }

    private bool AreTogether(DateTimeOffset at) => Gates.All(gate => !gate.IsBound || gate.IsKnownToRelease(at))
        && (IsOneOf && Own.Any() ? Own.Any(gate => gate.IsKnownToRelease(at)) : Own.All(gate => gate.IsKnownToRelease(at)));

    private IEnumerable<GateFinding> Own => Gates.Where(gate => gate.IsNamed);

    private bool OwnPass => IsOneOf ? Own.Any(Admits) && !Own.Any(IsUnreadable) : Own.All(Admits);

    /// <summary>The gates that have to be looked up before <see cref="Read"/>.</summary>
    public static IReadOnlyList<GateReference> References(FluxObject item) =>
        [.. Named(item, out _).Concat(Reasons(item).Where(IsOfGate).SelectMany(entry => GateReference.ParseList(entry.Key, item.Metadata.Namespace ?? "", out _))).Distinct()];

    /// <summary>Reads it.</summary>
    /// <param name="item">The object.</param>
    /// <param name="lookups">What came of looking for <see cref="References"/>.</param>
    public static Hold Read(FluxObject item, IReadOnlyDictionary<GateReference, GateLookup> lookups)
    {
        var named = Named(item, out var unreadable);
        var reasons = Reasons(item);
        var findings = References(item).Select(gate => GateFindings.Of(gate, lookups.GetValueOrDefault(gate), reasons.GetValueOrDefault(gate.ToString()), named.Contains(gate)))
            .Concat(unreadable.Select(entry => GateFindings.Unreadable(item, entry)))
            .Concat(GateFindings.UnreadableRequirement(item));
        var heldBy = item.Annotation(GatedAnnotations.HeldBy);
        var isOneOf = item.Annotation(GatedAnnotations.Require) == GateFindings.OneOf;
        return new Hold
        {
            IsHeld = !string.IsNullOrEmpty(heldBy),
            IsUndecided = IsByAdmission(item),
            IsDeleting = item.Metadata.DeletionTimestamp is not null,
            Since = Rfc3339.TryParse(item.Annotation(GatedAnnotations.HeldSince), out var since) ? since : null,
            Gates = isOneOf ? WithBound([.. findings]) : [.. findings],
            IsOneOf = isOneOf,
            Approved = item.Status.Conditions.FirstOrDefault(condition => condition.Type == ConditionTypes.Approved),
            IsUnheld = WhyUnheld(item) is not null,
        };
    }

    /// <summary>What sluice-controller says of an object whose gates are closed and that Flux cannot suspend, as it cannot an OCI HelmRepository; null: it does not say so.</summary>
    public static string? WhyUnheld(FluxObject item) =>
        item.Status.Conditions.FirstOrDefault(condition => condition is { Type: ConditionTypes.Approved, Status: "False", Reason: "CannotHold" })?.Message;

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

    /// <summary>Whether admission holds an object, and no controller has asked its gates yet.</summary>
    public static bool IsByAdmission(FluxObject item) => item.Annotation(GatedAnnotations.HeldBy) == ByAdmission;

    /// <summary>Whether one of <see cref="Reasons"/> is a gate: beside them stand that admission holds it, an entry that cannot be read, or how many more there are.</summary>
    public static bool IsOfGate(KeyValuePair<string, string> reason) =>
        reason.Key.Contains('/', StringComparison.Ordinal) && reason.Value != nameof(VerdictKind.InvalidReference);

    /// <summary>
    /// Finds out which of the object's own gates a binding wants, too. While none of its own lets it pass, all that are closed are said to hold it. So where
    /// one does, and was not said to hold it either, what is said to do so is wanted by a binding.
    /// </summary>
    private static ImmutableArray<GateFinding> WithBound(ImmutableArray<GateFinding> findings) =>
        findings.Any(gate => gate is { IsNamed: true, Releases: true, HeldFor: null })
            ? [.. findings.Select(gate => gate.HeldFor is null ? gate : gate with { IsBound = true })]
            : findings;

    private static ImmutableArray<GateReference> Named(FluxObject item, out ImmutableArray<string> unreadable)
    {
        var own = item.Metadata.Namespace ?? "";
        var byAnnotation = GateReference.ParseList(item.Annotation(GatedAnnotations.Gates), own, out unreadable);
        var bySpec = item.Spec.Gates.Select(gate => new GateReference(string.IsNullOrEmpty(gate.Namespace) ? own : gate.Namespace, gate.Name));
        return [.. byAnnotation.Concat(bySpec).Distinct()];
    }

    private static bool Admits(GateFinding gate) => gate.Releases;

    private static bool NeedsRevision(GateFinding gate) => gate.NeedsRevision is not null;

    private static bool IsUnreadable(GateFinding gate) => gate.Reason == nameof(VerdictKind.InvalidReference);
}
