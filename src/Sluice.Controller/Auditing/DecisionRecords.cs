using System.Collections.Immutable;
using Sluice.Api.Audit;
using Sluice.Api.Gates;
using Sluice.Api.Sources;
using Sluice.Controller.Gated;
using Sluice.Controller.Gates;
using Sluice.Controller.Sources;
using Sluice.Gating.Gates;
using Sluice.Gating.Holds;
using Sluice.Gating.Requirements;
using Sluice.Gating.Time;

namespace Sluice.Controller.Auditing;

/// <summary>Writes decisions as an auditor reads them.</summary>
internal static class DecisionRecords
{
    private const string NotDone = "NotCarriedOut";

    /// <summary>A gate, as the log names it.</summary>
    public static AuditObject About(ObservedGate gate) => new(Gate.KindName, gate.Key.Namespace, gate.Key.Name, gate.Uid);

    /// <summary>A gated object, as the log names it.</summary>
    public static AuditObject About(GatedKey key, GatedObject gated) => new(key.Kind.Kind, gated.Key.Namespace, gated.Key.Name, gated.Uid);

    /// <summary>What a look at a gate adds to its history; null when it adds nothing.</summary>
    public static AuditRecord? Of(ObservedGate observed, GateLook look) => look.Recorded is not { } recorded ? null : new()
    {
        At = recorded.At,
        Decision = recorded.Reason == GateReasons.Overridden ? "GateOverridden" : look.Transition is null ? "RequestTaken" : look.Decision.State == GateState.Opened ? "GateOpened" : "GateClosed",
        Object = About(observed),
        Revision = look.RecordedRevision,
        Gates = [new(observed.Name, recorded.To, recorded.Reason)],
        By = recorded.By,
        Reason = recorded.Reason,
        Message = recorded.Message,
    };

    /// <summary>Whether a decision, or the same one made anew since, is the newest entry in the history of a gate: times are whole seconds, and within one there may be several.</summary>
    public static bool Has(GateStatus? status, AuditRecord decision) => status?.History is [var newest, ..] && newest.At >= decision.At
        && (newest.To, newest.Reason, newest.By, newest.Message) == (decision.Gates[0].State, decision.Reason, decision.By, decision.Message);

    /// <summary>What is done to an object; null when that changes nothing that matters to people.</summary>
    public static AuditRecord? Of(AuditObject about, GatedObject gated, HoldPlan plan, HoldDecision decision, DateTimeOffset now) =>
        HoldNotifier.Describe(gated, plan, decision) is not var (_, reason, message) ? null : new()
        {
            At = now,
            Decision = reason,
            Object = about,
            Gates = States(decision),
            By = HoldNotifier.By(plan, decision),
            Reason = decision.Reason,
            Message = message,
        };

    /// <summary>What each gate said that was asked.</summary>
    public static ImmutableArray<AuditGate> States(HoldDecision decision) =>
        [.. decision.Verdicts.Select(verdict => new AuditGate(verdict.Gate, GateStateNames.Of(IsOpened(verdict) ? GateState.Opened : GateState.Closed), verdict.Kind.ToString()))];

    /// <summary>That what was written down was not carried out. Of all decisions it is the one that does not follow from what is seen: only who wrote it down knows.</summary>
    /// <param name="open">What was written down together.</param>
    /// <param name="now">The instant of the look.</param>
    public static AuditRecord NotCarriedOut(ImmutableArray<AuditRecord> open, DateTimeOffset now) => open[^1] with
    {
        At = Rfc3339.WholeSecond(now),
        Decision = NotDone,
        By = null,
        Gates = [],
        Approvals = [],
        Overtakes = null,
        Reason = "Overtaken",
        Message = $"{string.Join(", ", open.Select(record => record.Decision).Distinct())} was decided and could not be carried out; by the next look something else was right",
    };

    /// <summary>Whether a decision is that another was not carried out.</summary>
    public static bool TakesBack(AuditRecord decision) => decision.Decision == NotDone;

    /// <summary>A gated source, as the log names it.</summary>
    public static AuditObject About(ObservedGatedSource source) => new(GatedSource.KindName, source.Key.Namespace, source.Key.Name, source.Uid);

    private static bool IsOpened(GateVerdict verdict) => verdict.Kind == VerdictKind.Opened;
}
