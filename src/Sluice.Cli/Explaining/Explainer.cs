using Sluice.Api.Metadata;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Cli.Scheduling;
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
            Since = hold.IsHeld && state != HoldState.NotHeldYet ? hold.Since : null,
            Until = state == HoldState.Held ? hold.Until : null,
            Gates = hold.Gates,
            Notes = [.. Waiting(state, hold), .. Notes(item, state, hold, suspenders), .. new WindowNotes(now).Of(hold, plans)],
            Next = [.. new NextSteps(program, now).Of(new TypedName(kind, item.Metadata.Name), item, state, hold).Distinct()],
        };
    }

    private static HoldState StateOf(FluxObject item, Hold hold) =>
        !string.IsNullOrEmpty(item.Annotation(GatedAnnotations.ReleasingOnce)) ? HoldState.ReleasedOnce
        : hold.IsHeld ? hold.Passes && !hold.IsUndecided ? HoldState.HeldStill : hold.IsUnheld ? HoldState.NotHeldYet : HoldState.Held
        : hold.Gates.IsEmpty && hold.Approved is null ? HoldState.NotGated
        // Of a binding's gates only those that hold it are written on the object itself.
        : hold.Gates.IsEmpty && !hold.Approved!.IsTrue ? HoldState.NotHeldYet
        : hold.Passes ? HoldState.NotHeld : HoldState.NotHeldYet;

    private string Headline(string subject, HoldState state, FluxObject item, Hold hold)
    {
        var since = hold.Since is { } at ? $" since {RelativeTime.Both(at, now)}" : "";
        var paused = item.Spec.Suspend ? ", but it is suspended" : "";
        var oneOf = hold.Alternatives is { Count: > 1 } alternatives ? $"one of {alternatives.Count} gates must open: {Names(alternatives)}" : null;
        return state switch
        {
            HoldState.NotGated => $"{subject} is not gated: it names no gates{paused}.",
            HoldState.NotHeld => $"{subject} is not held: its gates let it pass{paused}.",
            HoldState.NotHeldYet when hold.IsUnheld && item.Spec.Suspend => $"{subject} is not held, although its gates do not let it pass: it is suspended, but that stops nothing.",
            HoldState.NotHeldYet when hold.Passes || hold.IsUnheld => $"{subject} is not held{paused}, although its gates do not let it pass.",
            HoldState.NotHeldYet => $"{subject} is not held yet, although it must wait for {Names(hold.Blocking)}.",
            HoldState.ReleasedOnce => $"{subject} is released for one reconciliation, and held again after it.",
            HoldState.HeldStill => $"{subject} is held{since}, although its gates let it pass now.",
            _ when hold.IsUndecided => $"{subject} is held by admission: sluice-controller has not looked at it yet.",
            _ when oneOf is not null && hold.Bound is { Count: > 0 } bound => $"{subject} is held{since} by {Names(bound)}, and {oneOf}.",
            _ when oneOf is not null => $"{subject} is held{since}: {oneOf}.",
            _ => $"{subject} is held{since} by {Names(hold.Blocking)}.",
        };
    }

    private static string Names(IEnumerable<GateFinding> gates) => string.Join(", ", gates.Select(gate => $"{gate.Gate} ({gate.Word})"));

    /// <summary>What it waits for, and until when.</summary>
    private IEnumerable<string> Waiting(HoldState state, Hold hold)
    {
        if (state is HoldState.Held && !hold.IsUndecided && End(hold) is { } end)
            yield return end;
        foreach (var gate in hold.Blocking.Where(gate => gate.NeedsRevision is not null))
        {
            yield return $"{gate.Gate} {(gate.NeedsRevision is VerdictKind.ApprovalNeedsRevision ? "wants approvals, which are" : "has a check that is")} about one revision: "
                + "opened or closed, it lets candidates of a GatedSource pass, and nothing else.";
        }

        foreach (var gate in hold.Blocking.Where(gate => gate.WaitsForCheck))
            yield return $"{gate.Gate} opens by itself when its check passes, and not by being asked: {gate.Message.TrimEnd('.')}.";
        foreach (var gate in hold.Blocking.Where(gate => gate.IsHeldForUnknown))
            yield return $"{gate.Gate} holds it for '{gate.HeldFor}', a reason that this {program} does not know: it may be older than sluice-controller.";

        var isUnlisted = hold.Gates.IsEmpty && !hold.IsHeld;
        // Then it says itself what to do.
        var cannotHold = state is HoldState.NotHeldYet && hold.IsUnheld;
        if (hold.Approved is { } approved && (isUnlisted || cannotHold))
            yield return $"sluice-controller says of it: {approved.Message}";
        if (state is HoldState.NotHeldYet && hold.IsDeleting)
            yield return "It is being deleted, and is not held for that: Flux would leave behind what it has deployed.";
        if (state is HoldState.HeldStill or HoldState.NotHeldYet && !cannotHold && !hold.IsDeleting || state is HoldState.Held && hold.IsUndecided)
        {
            var what = hold.IsUndecided ? "asks its gates" : state is HoldState.HeldStill ? "releases it" : "holds it";
            yield return $"sluice-controller {what} at once while it runs. If nothing changes within seconds, ask '{program} check'.";
        }
    }

    private string? End(Hold hold) =>
        hold.Until is { } until ? $"If nobody does anything, it is released at {RelativeTime.Both(until, now)}."
        : hold.NeedsCandidates ? "It stays held, whatever gate opens."
        : hold.MayMissEachOther ? "Until when is not known: its gates must be open together, and one of them may be closed again when another opens."
        : hold.Bound is { Count: > 0 } && hold.Blocking.Count() > 1 && hold.Blocking.Any(gate => gate.OpensAt is not null)
            ? $"Until when is not known: whether {Names(hold.Blocking)} must all open, or one of them is enough, is in the bindings that put {(hold.Bound.Count == hold.Blocking.Count() ? "them" : Names(hold.Bound))} before it."
        : hold.Blocking.All(gate => gate.WaitsForCheck) ? "It stays held until what is checked is in order."
        : hold.Blocking.All(gate => gate.State is GateCondition.Missing or GateCondition.Denied or GateCondition.Stalled or GateCondition.Unreadable) ? "It stays held until somebody corrects that."
        // The reader may not see it, or nobody has looked at it yet.
        : hold.Blocking.Any(gate => gate.State == GateCondition.Unknown) ? null
        : hold.Blocking.Any(gate => !gate.IsOpened) ? "It stays held until somebody opens what is closed: no transition is scheduled that would release it."
        : hold.Blocking.Any(gate => gate.State == GateCondition.Closing) ? "It stays held when its gate closes: nothing new is released within the margin before that."
        : null;

    private IEnumerable<string> Notes(FluxObject item, HoldState state, Hold hold, IReadOnlyList<Suspender> suspenders)
    {
        if (state is HoldState.Held && !item.Spec.Suspend)
            yield return "Somebody has set spec.suspend to false during the hold; sluice-controller sets it again. To let it reconcile, use release-once or open the gate.";

        var stays = hold.IsHeld ? "it stays suspended when its gates open" : "that has nothing to do with its gates";
        if (item.Annotation(GatedAnnotations.KeepSuspended) is { } reason)
            yield return $"It is to be kept suspended: \"{reason}\" ({GatedAnnotations.KeepSuspended}); {stays}.";
        if (item.Annotation(GatedAnnotations.SuspendedBy) is { } user)
            yield return $"'{user}' has suspended it in Flux Operator's web page; {stays}.";
        // What 'suspend' has set is told with its reason already.
        foreach (var (manager, at) in suspenders.Where(found => found.Manager != FieldManagers.CommandLine || item.Annotation(GatedAnnotations.KeepSuspended) is null))
        {
            var when = at is { } time ? $", which wrote last at {RelativeTime.Both(time, now)}" : "";
            yield return $"spec.suspend is {(hold.IsHeld ? "also " : "")}set by field manager '{manager}'{when}; {stays}.";
        }

        if (hold.Gates.Any(gate => !gate.IsNamed))
            yield return $"Not named by the object itself, but {(state is HoldState.NotHeldYet ? "put before it by a binding" : "holding it")}: {string.Join(", ", hold.Gates.Where(gate => !gate.IsNamed).Select(gate => gate.Gate))}.";
        if (hold.Gates.Where(gate => gate is { IsNamed: true, IsBound: true }).Select(gate => gate.Gate).ToList() is { Count: > 0 } both)
            yield return $"Not only named by the object itself, but put before it by a binding, so that no other gate makes up for it: {string.Join(", ", both)}.";
    }
}
