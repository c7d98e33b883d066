using System.Collections.Concurrent;
using Sluice.Api.Audit;
using Sluice.Api.Gated;
using Sluice.Controller.Auditing;
using Sluice.Controller.Metrics;
using Sluice.Controller.Notifications;
using Sluice.Gating.Holds;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>Tells people what Sluice did to an object, and what they can do about it.</summary>
internal sealed partial class HoldNotifier(Notifier notifier, SluiceMetrics metrics, ILogger<HoldNotifier> log)
{
    // What was refused is tried again for as long as it stands; it is told once.
    private readonly ConcurrentDictionary<GatedKey, string> _refused = new();

    /// <summary>Tells of one write that succeeded.</summary>
    public void Tell(GatedKey key, ApiResource resource, GatedObject gated, HoldPlan plan, HoldDecision decision, DateTimeOffset now)
    {
        if (plan.Change is HoldChange.Release or HoldChange.Keep && gated.Hold.HeldSince is { } since)
        {
            metrics.Released(key.Kind.Kind, now - since);
        }

        if (Describe(gated, plan, decision) is not var (isWarning, reason, message))
        {
            return;
        }

        LogChange(key, reason, message);
        Send(resource, gated, decision, isWarning, reason, message, By(plan, decision));
    }

    /// <summary>Tells of a write that the API server refused, once for as long as it refuses it for the same reason.</summary>
    public void TellRefused(GatedKey key, ApiResource resource, GatedObject gated, HoldPlan plan, HoldDecision decision, string problem)
    {
        if (_refused.TryGetValue(key, out var told) && told == problem)
        {
            return;
        }

        _refused[key] = problem;
        Send(resource, gated, decision, true, plan.Intent.Suspend ? "HoldFailed" : "ReleaseFailed",
            $"{(plan.Intent.Suspend ? "It cannot be held" : "It cannot be released")}, and is tried again: {problem}");
    }

    /// <summary>Tells of an object whose gates are closed and that cannot be held, once for as long as that is so.</summary>
    public void TellUnheld(GatedKey key, ApiResource resource, GatedObject gated, HoldDecision decision, string problem)
    {
        if (_refused.TryGetValue(key, out var told) && told == problem)
        {
            return;
        }

        _refused[key] = problem;
        LogUnheld(key, problem);
        Send(resource, gated, decision, true, "HoldFailed", $"It is not held. {decision.Message} {problem}");
    }

    /// <summary>Tells that what was written down was not carried out.</summary>
    public void TellNotCarriedOut(ApiResource resource, GatedObject gated, HoldDecision decision, AuditRecord record) => Send(resource, gated, decision, false, record.Decision, record.Message ?? "");

    /// <summary>Forgets what was refused: it is over.</summary>
    public void Forget(GatedKey key) => _refused.TryRemove(key, out _);

    private void Send(ApiResource resource, GatedObject gated, HoldDecision decision, bool isWarning, string reason, string message, string? by = null) =>
        notifier.Send(new()
        {
            ApiVersion = resource.ApiVersion,
            Kind = resource.Kind,
            Key = gated.Key,
            Uid = gated.Uid,
            ResourceVersion = gated.ResourceVersion,
            Annotations = gated.EventAnnotations,
            IsWarning = isWarning,
            Reason = reason,
            Message = message,
            Gates = string.Join(',', Gates(gated, decision)),
            GateReason = decision.Reason,
            GateStates = DecisionRecords.States(decision),
            By = by,
        });

    // Of what is released those that held it; what was born held was held by none of them.
    private static IEnumerable<string> Gates(GatedObject gated, HoldDecision decision) =>
        decision.IsApproved && HeldBy.Gates(gated.Hold.HeldBy).ToList() is [_, ..] holding ? holding
            : (decision.IsApproved ? decision.Verdicts : decision.Blocking).Take(HoldDecision.MaxNamed).Select(verdict => verdict.Gate);

    /// <summary>What a write says of itself; null for one that changes nothing that matters to people.</summary>
    public static (bool IsWarning, string Reason, string Message)? Describe(GatedObject gated, HoldPlan plan, HoldDecision decision)
    {
        var others = gated.Hold.OtherOwners.IsEmpty ? "somebody" : $"field manager '{string.Join("', '", gated.Hold.OtherOwners)}'";
        var refusal = plan.RefusesOnce ? $". {Refusal(gated)}" : "";
        return plan.Change switch
        {
            HoldChange.Hold => (false, "Held", $"Held: {decision.Message} What Flux has begun it finishes{refusal}"),
            HoldChange.Reassert => (true, "HoldReasserted",
                $"{Capital(others)} lifted the hold, and it is put back. {decision.Message} To let the object pass, open the gate; "
                + $"to let it reconcile once, set the annotation {GatedAnnotations.ReleaseOnce}; where Git says 'suspend: false', remove that line{refusal}"),
            HoldChange.Release when gated.Hold.IsSuspended && !gated.Hold.OtherOwners.IsEmpty =>
                (false, "Released", $"Released: {Why(decision)} It stays suspended by {others}, which Sluice never resumes"),
            HoldChange.Release => (false, "Released", $"Released: {Why(decision)}"),
            HoldChange.Keep => (false, "KeptSuspended", $"{Why(decision)} It stays suspended, as asked: {gated.Hold.KeepSuspended}"),
            HoldChange.ReleaseOnce => (false, "ReleasedOnce", $"Released for one reconciliation, as asked with token '{gated.Hold.ReleaseOnce}'. {decision.Message}"),
            HoldChange.RefuseOnce => (true, "ReleaseOnceRefused", $"{Refusal(gated)} {decision.Message}"),
            HoldChange.HoldAgain => (false, "HeldAgain", $"Flux has reconciled once; held again. {decision.Message}"),
            _ => null,
        };
    }

    /// <summary>Who did it, as far as that is known: of a release, who opened the gates; of a hold, who closed them. A hold is put back since somebody else has lifted it.</summary>
    public static string? By(HoldPlan plan, HoldDecision decision) => plan.Change is HoldChange.Release or HoldChange.Hold ? decision.By : null;

    private static string Refusal(GatedObject gated)
    {
        var why = gated.Hold.KeepSuspended is { } kept ? $"it is to be kept suspended ({kept})"
            : gated.Hold.OtherOwners.IsEmpty ? CannotHold.OciRepository
            : $"field manager '{string.Join("', '", gated.Hold.OtherOwners)}' has suspended it, too";
        return $"Token '{gated.Hold.ReleaseOnce}' asked for one reconciliation, and is used up without one: {why}. Ask anew once that is over.";
    }

    private static string Why(HoldDecision decision) => decision.IsGated ? decision.Message : "No gate has to do with it any more.";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    [LoggerMessage(Level = LogLevel.Information, Message = "{Object}: {Reason}: {Message}")]
    private partial void LogChange(GatedKey @object, string reason, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Object} is not held although its gates are closed: {Problem}")]
    private partial void LogUnheld(GatedKey @object, string problem);
}
