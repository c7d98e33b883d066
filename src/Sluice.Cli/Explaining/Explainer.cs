using Sluice.Api.Metadata;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Cli.Scheduling;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Explaining;

/// <summary>Says why an object is held, from the object, its gates and the time alone.</summary>
/// <param name="program">How the commands that it recommends begin: <c>sluice</c>, <c>flux gate</c>, <c>kubectl gate</c>.</param>
/// <param name="now">The present time.</param>
internal sealed class Explainer(string program, DateTimeOffset now)
{
    /// <summary>Explains one object.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="item">The object.</param>
    /// <param name="lookups">What came of looking for <see cref="Hold.References"/>.</param>
    /// <param name="plans">The plans of those of them that have windows, as far as they are known.</param>
    public Explanation Explain(
        GatedKind kind, FluxObject item, IReadOnlyDictionary<GateReference, GateLookup> lookups, IReadOnlyDictionary<GateReference, GatePlan>? plans = null)
    {
        var hold = Hold.Read(item, lookups);
        var suspenders = Suspender.Of(item);
        var subject = $"{kind.Kind} {item.Metadata.Namespace}/{item.Metadata.Name}";
        var state = StateOf(item, hold);
        return new Explanation
        {
            Subject = subject,
            State = state,
            Headline = Headline(subject, state, item, hold),
            Since = hold.IsHeld ? hold.Since : null,
            Until = state == HoldState.Held ? hold.Until : null,
            Gates = hold.Gates,
            Notes = [.. Notes(item, state, hold, suspenders), .. new WindowNotes(now).Of(hold, plans)],
            Next = [.. Steps(new TypedName(kind, item.Metadata.Name), item, state, hold, suspenders).Distinct()],
        };
    }

    private static HoldState StateOf(FluxObject item, Hold hold) =>
        !string.IsNullOrEmpty(item.Annotation(GatedAnnotations.ReleasingOnce)) ? HoldState.ReleasedOnce
        : hold.IsHeld ? hold.Passes ? HoldState.HeldStill : HoldState.Held
        : hold.Gates.IsEmpty ? HoldState.NotGated
        : hold.Passes ? HoldState.NotHeld : HoldState.NotHeldYet;

    private string Headline(string subject, HoldState state, FluxObject item, Hold hold)
    {
        var blocking = hold.Blocking.ToList();
        var names = string.Join(", ", blocking.Select(gate => $"{gate.Gate} ({gate.State.ToLowerInvariant()})"));
        var since = hold.Since is { } at ? $" since {RelativeTime.Both(at, now)}" : "";
        var paused = item.Spec.Suspend ? ", but it is suspended" : "";
        return state switch
        {
            HoldState.NotGated => $"{subject} is not gated: it names no gates{paused}.",
            HoldState.NotHeld => $"{subject} is not held: its gates let it pass{paused}.",
            HoldState.NotHeldYet => $"{subject} is not held yet, although it must wait for {names}.",
            HoldState.ReleasedOnce => $"{subject} is released for one reconciliation, and held again after it.",
            HoldState.HeldStill => $"{subject} is held{since}, although its gates let it pass now.",
            _ when hold.IsOneOf && blocking.Count > 1 => $"{subject} is held{since}: one of {blocking.Count} gates must open: {names}.",
            _ => $"{subject} is held{since} by {names}.",
        };
    }

    private IEnumerable<string> Notes(FluxObject item, HoldState state, Hold hold, IReadOnlyList<Suspender> suspenders)
    {
        if (state is HoldState.Held)
        {
            yield return hold.Until is { } until
                ? $"If nobody does anything, it is released at {RelativeTime.Both(until, now)}."
                : hold.Blocking.Any(gate => !gate.IsOpened) ? "It stays held until somebody opens what is closed: no transition is scheduled that would release it."
                : "It stays held when its gate closes: nothing new is released within the margin before that.";
        }

        foreach (var gate in hold.Blocking.Where(gate => gate.IsHeldForUnknown))
            yield return $"{gate.Gate} holds it for '{gate.HeldFor}', a reason that this {program} does not know: it may be older than sluice-controller.";

        if (state is HoldState.HeldStill or HoldState.NotHeldYet)
        {
            yield return $"sluice-controller {(state is HoldState.HeldStill ? "releases" : "holds")} it at once while it runs. If nothing changes within seconds, ask '{program} check'.";
        }

        if (state is HoldState.Held && !item.Spec.Suspend)
            yield return "Somebody has set spec.suspend to false during the hold; sluice-controller sets it again. To let it reconcile, use release-once or open the gate.";

        var stays = hold.IsHeld ? "it stays suspended when its gates open" : "that has nothing to do with its gates";
        if (item.Annotation(GatedAnnotations.KeepSuspended) is { } reason)
            yield return $"It is to be kept suspended: \"{reason}\" ({GatedAnnotations.KeepSuspended}); {stays}.";
        if (item.Annotation(GatedAnnotations.SuspendedBy) is { Length: > 0 } user)
            yield return $"'{user}' has suspended it in Flux Operator's web page; {stays}.";
        // What 'suspend' has set is told with its reason already.
        foreach (var (manager, at) in suspenders.Where(found => found.Manager != FieldManagers.CommandLine || item.Annotation(GatedAnnotations.KeepSuspended) is null))
        {
            var when = at is { } time ? $", which wrote last at {RelativeTime.Both(time, now)}" : "";
            yield return $"spec.suspend is {(hold.IsHeld ? "also " : "")}set by field manager '{manager}'{when}; {stays}.";
        }

        if (hold.Gates.Any(gate => !gate.IsNamed))
            yield return $"Not named by the object itself, but holding it: {string.Join(", ", hold.Gates.Where(gate => !gate.IsNamed).Select(gate => gate.Gate))}.";
    }

    private IEnumerable<NextStep> Steps(TypedName name, FluxObject item, HoldState state, Hold hold, IReadOnlyList<Suspender> suspenders)
    {
        var inNamespace = $"-n {item.Metadata.Namespace}";
        if (state == HoldState.NotGated)
        {
            yield return new NextStep($"kubectl annotate {inNamespace} {name} {GatedAnnotations.Gates}=GATE", "have a gate hold it; in Git, write the same annotation");
        }
        else if (state is HoldState.Held or HoldState.NotHeldYet)
        {
            foreach (var gate in hold.Blocking)
                yield return Step(gate, name, item);
            if (state is HoldState.Held)
                yield return new NextStep($"{program} release-once {name} {inNamespace}{KindNames.Option(name.Kind)}", "let it reconcile once, and hold it again");
        }
        else if (state is HoldState.HeldStill)
        {
            yield return new NextStep($"{program} check", "see whether sluice-controller runs");
        }

        if (item.Annotation(GatedAnnotations.KeepSuspended) is not null || item.Annotation(GatedAnnotations.SuspendedBy) is { Length: > 0 } || suspenders.Count > 0)
            yield return new NextStep($"{program} resume {name} {inNamespace}{KindNames.Option(name.Kind)}", hold.IsHeld ? "have it go on when its gates open" : "have it go on");
    }

    private NextStep Step(GateFinding gate, TypedName name, FluxObject item)
    {
        if (gate.Gate == HeldBy.NoName)
            return Rename(name, item, "name a gate, or remove the annotation");
        if (gate.Gate.Split('/') is not [var inNamespace, var gateName] || gate.Reason == nameof(VerdictKind.InvalidReference))
            return Rename(name, item, $"correct '{gate.Gate}'");
        return gate.State switch
        {
            GateCondition.Stalled => new NextStep($"kubectl edit -n {inNamespace} gate/{gateName}", $"correct the gate: {gate.Message}"),
            GateCondition.Missing => Rename(name, item, $"name a gate that exists, or create '{gate.Gate}'"),
            GateCondition.Denied when gate.IsHidden => Rename(name, item, $"correct the name, or ask whoever administers namespace '{inNamespace}' for a gate '{gateName}' whose spec.accessFrom admits namespace '{item.Metadata.Namespace}'"),
            GateCondition.Denied => new NextStep($"kubectl edit -n {inNamespace} gate/{gateName}", $"have its spec.accessFrom admit namespace '{item.Metadata.Namespace}'"),
            GateCondition.Unknown => new NextStep($"{program} check", "see why the state of a gate is not known"),
            GateCondition.Opened => new NextStep($"kubectl describe -n {inNamespace} gate/{gateName}", $"see why it holds what names it: '{gate.HeldFor}' is not known to this program"),
            GateCondition.Closing when gate.Next?.Reason != GateReasons.CloseWindowStarted => new NextStep($"{program} open {gateName} -n {inNamespace} --reason TEXT", "ask for it to stay open for its spec.window, beyond the end of the open window"),
            GateCondition.Closing or GateCondition.Closed when gate.State == GateCondition.Closing || gate.Reason == GateReasons.CloseWindow =>
                new NextStep($"{program} open {gateName} -n {inNamespace} --override --reason TEXT", $"override the close window in an emergency{(gate.OpensAt is { } opens ? $"; the gate opens by itself {RelativeTime.Until(opens, now)}" : "")}"),
            _ when gate.OpensAt is { } at => new NextStep($"{program} open {gateName} -n {inNamespace} --reason TEXT", $"open the gate now; it opens by itself {RelativeTime.Until(at, now)}"),
            _ => new NextStep($"{program} open {gateName} -n {inNamespace} --reason TEXT", "open the gate"),
        };
    }

    private static NextStep Rename(TypedName name, FluxObject item, string effect) =>
        new($"kubectl annotate --overwrite -n {item.Metadata.Namespace} {name} {GatedAnnotations.Gates}=GATE", effect);
}
