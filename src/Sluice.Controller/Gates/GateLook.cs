using System.Collections.Immutable;
using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;
using Sluice.Gating.Requests;
using Sluice.Gating.Time;

namespace Sluice.Controller.Gates;

/// <summary>What one look at a gate gives: its new status, and what there is to tell. A pure function of the gate, the count and the instant.</summary>
internal sealed record GateLook(GateStatus Status, GateDecision Decision, TransitionRecord? Transition, ImmutableArray<RequestNotice> Notices)
{
    /// <summary>Whether the objects that name the gate may be decided otherwise than before.</summary>
    public required bool IsOtherThanBefore { get; init; }

    /// <summary>What the status's history gets: the transition, or a request that was taken and changes no state, such as one for a revision alone; null when there is neither.</summary>
    public required TransitionRecord? Recorded { get; init; }

    /// <summary>The request that this is about; null: about none.</summary>
    public required GateRequest? RecordedRequest { get; init; }

    /// <summary>The revision that it is for, as far as it is repeated; null: it is for none alone.</summary>
    public string? RecordedRevision => RecordedRequest?.Revision is { } revision ? ReleaseState.Named(revision) : null;

    /// <summary>Whether something may pass by it: the gate is opened, or is for one revision that it was not opened for before.</summary>
    public bool LetsPass => Decision.State == GateState.Opened || Transition is null && RecordedRequest is { Target: GateState.Opened, Revision: not null };

    /// <summary>How many transitions the status keeps.</summary>
    public const int HistoryLength = 20;

    // Twenty reasons as long as an annotation may be would be more than the API server stores.
    private const int MaxReasonLength = 1024;

    public static GateLook At(ObservedGate observed, int held, DateTimeOffset now)
    {
        var gate = observed.Gate;
        var before = gate.Status ?? new GateStatus();
        var latch = RequestLatch.Take(observed.Latched, observed.Requests, observed.Rules, now);
        var decision = GateDecision.Decide(observed.Rules, latch.Latched.Current, observed.Answers, null, now);
        var taken = FindTaken(observed.Latched.Current, latch.Latched.Current, now);
        // Also where a window has the say after it: who took back what was in force has caused that.
        var cause = IsByRequest(decision) || taken?.Target == decision.State ? latch.Latched.Current : null;
        var transition = FindTransition(before, decision, cause, now);
        // An override is recorded as one whether it changes the state or not.
        var record = taken is { Override: not null } || transition is null ? Record(taken, decision, now) ?? transition : transition;
        var stalled = decision.Reason == GateReasons.InvalidSpec
            ? (Reason: GateReasons.InvalidSpec, decision.Message)
            : latch.Unreadable is { } unreadable ? (Reason: GateReasons.InvalidRequest, Message: unreadable) : default;

        var warnings = string.Join("; ", new[] { observed.Warnings, latch.Warning }.Where(warning => !string.IsNullOrEmpty(warning)));

        var status = before.WithLatched(latch.Latched) with
        {
            ObservedGeneration = gate.Metadata.Generation ?? -1,
            LastHandledReconcileAt = gate.Metadata.Annotations?.GetValueOrDefault(FluxAnnotations.ReconcileRequestedAt) ?? before.LastHandledReconcileAt,
            NextTransition = decision.Next is not { } next ? null : new() { At = next.At, To = GateStateNames.Of(next.To), Reason = next.Reason },
            Held = held,
            History = record is null ? before.History : [record, .. (before.History ?? []).Take(HistoryLength - 1)],
            Conditions = [.. Conditions()],
        };
        var opened = before.FindCondition(ConditionTypes.Opened);
        return new(status, decision, transition, latch.Notices)
        {
            Recorded = record,
            RecordedRequest = record is null ? null : taken ?? cause,
            IsOtherThanBefore = opened is null || opened.IsTrue != (decision.State == GateState.Opened) || opened.Reason != decision.Reason,
        };

        IEnumerable<Condition> Conditions()
        {
            // A closed gate is ready: otherwise every Kustomization with `wait: true` around it would go unhealthy.
            yield return stalled.Reason is null
                ? Condition(ConditionTypes.Ready, true, GateReasons.ReconciliationSucceeded, warnings.Length == 0 ? "Gate is in force" : $"Gate is in force, with a warning: {warnings}")
                : Condition(ConditionTypes.Ready, false, stalled.Reason, stalled.Message);
            yield return Condition(ConditionTypes.Opened, decision.State == GateState.Opened, decision.Reason, decision.Message);
            if (stalled.Reason is not null)
            {
                yield return Condition(ConditionTypes.Stalled, true, stalled.Reason, stalled.Message);
            }
        }

        Condition Condition(string type, bool isTrue, string reason, string message) =>
            Api.Metadata.Condition.Next(before.FindCondition(type), type, isTrue ? "True" : "False", reason, message, gate.Metadata.Generation, now);
    }

    /// <summary>The request that this look has taken, if it changes anything: it is in force, or takes back one that was.</summary>
    private static GateRequest? FindTaken(GateRequest? before, GateRequest? current, DateTimeOffset now) =>
        current is not null && current != before && (current.IsInForce(now) || current.ResetsAtOnce && before?.IsInForce(now) == true) ? current : null;

    private static TransitionRecord? FindTransition(GateStatus before, GateDecision decision, GateRequest? byRequest, DateTimeOffset now)
    {
        // What nobody has looked at yet is closed.
        var was = before.FindCondition(ConditionTypes.Opened)?.IsTrue == true ? GateState.Opened : GateState.Closed;
        if (was == decision.State)
        {
            return null;
        }

        var to = GateStateNames.Of(decision.State);
        // Not what was announced if somebody asked for it later than that, while nobody looked.
        var isAnnounced = before.NextTransition is { } announced && announced.At <= now && announced.To == to && !(byRequest?.RequestedAt > announced.At);
        return new()
        {
            At = isAnnounced ? before.NextTransition!.At : Rfc3339.WholeSecond(now),
            To = to,
            Reason = isAnnounced ? before.NextTransition!.Reason : decision.Cause,
            By = byRequest?.By,
            Message = WithReason(decision, byRequest),
        };
    }

    /// <summary>What somebody asked for, and why, is recorded also where it changes no state: a revision alone may pass by it, or the gate stays so for longer.</summary>
    private static TransitionRecord? Record(GateRequest? taken, GateDecision decision, DateTimeOffset now) => taken is null ? null : new()
    {
        At = Rfc3339.WholeSecond(now),
        To = GateStateNames.Of(decision.State),
        Reason = taken.Override is not null ? GateReasons.Overridden : taken.Revision is not null ? GateReasons.OpenedForRevision : GateReasons.Requested,
        By = taken.By,
        Message = IsByRequest(decision) ? WithReason(decision, taken)
            : $"{(taken.Target == GateState.Opened ? "Open" : "Close")} request taken{(taken.Revision is { } revision ? $", for revision '{Shorten(revision)}' alone" : "")}. {WithReason(decision, taken)}",
    };

    private static bool IsByRequest(GateDecision decision) => decision.Cause is GateReasons.Requested or GateReasons.Overridden || decision.Reason == GateReasons.OpenedForRevision;

    /// <summary>What the gate says, and why somebody asked for it.</summary>
    private static string WithReason(GateDecision decision, GateRequest? request)
    {
        // An override that opens the gate says why in its own message.
        var isSaid = decision.Cause == GateReasons.Overridden && decision.Reason != GateReasons.OpenedForRevision;
        var clause = request switch
        {
            { Override: { } why } when !isSaid => $", by an emergency override: {Shorten(why)}",
            { Override: null, Reason: { } why } => $": {Shorten(why)}",
            _ => "",
        };
        return $"{decision.Message}{clause}";
    }

    private static string Shorten(string text) => text.Length <= MaxReasonLength ? text : text[..MaxReasonLength] + "…";
}
