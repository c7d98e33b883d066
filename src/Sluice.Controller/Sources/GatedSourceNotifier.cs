using System.Collections.Immutable;
using Sluice.Api;
using Sluice.Api.Audit;
using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Controller.Gated;
using Sluice.Controller.Notifications;
using Sluice.Gating.Releases;

namespace Sluice.Controller.Sources;

/// <summary>Tells people what became of a gated source and its candidates: as Events, as Flux events, and in the log.</summary>
internal sealed partial class GatedSourceNotifier(Notifier notifier, ILogger<GatedSourceNotifier> log)
{
    /// <summary>Tells what one look found, after its status was written.</summary>
    public void Tell(ObservedGatedSource observed, GatedSourceLook look)
    {
        Tell(observed, look.Decisions);
        TellTrouble(observed, look);
    }

    /// <summary>Tells of decisions that its status has.</summary>
    public void Tell(ObservedGatedSource observed, ImmutableArray<AuditRecord> decisions)
    {
        foreach (var decision in decisions)
        {
            LogDecision(observed.Key, decision.Decision, decision.Message, decision.By);
            Send(observed, SourceDecisions.IsWarning(decision), decision.Decision, decision.Message ?? "", decision);
        }
    }

    /// <summary>Tells that the target was created; again, if it was released before and is missing: somebody has deleted it, or a controller was cut off.</summary>
    public void TellCreated(ObservedGatedSource observed, GatedKey target, Release released, bool isAgain) => Send(
        observed, isAgain, isAgain ? "TargetRestored" : "TargetCreated",
        isAgain ? $"{target} was missing, and is created at {released.Candidate.Revision} as it was approved" : $"{target} is created at {released.Candidate.Revision}", About(released));

    /// <summary>Tells that the target was not as it was released: somebody has changed it, or a controller was cut off.</summary>
    public void TellRestored(ObservedGatedSource observed, GatedKey target, Release released) => Send(
        observed, true, "TargetRestored", $"the spec of {target} was not as released, and is set back to {released.Candidate.Revision} as it was approved", About(released));

    /// <summary>Tells that the API server refuses a write.</summary>
    public void TellRefused(ObservedGatedSource observed, string why) => Send(observed, true, "WriteRefused", why);

    private void TellTrouble(ObservedGatedSource observed, GatedSourceLook look)
    {
        var (ready, was) = (look.Status.FindCondition(ConditionTypes.Ready), observed.Status?.FindCondition(ConditionTypes.Ready));
        if (ready?.Status == "False" && (was?.Status != "False" || was.Message != ready.Message))
        {
            LogTrouble(observed.Key, ready.Reason, ready.Message);
            Send(observed, true, ready.Reason, ready.Message, look.State.Released is { } released ? About(released) : null);
        }
    }

    private static AuditRecord About(Release released) => new()
    {
        At = released.At,
        Decision = "",
        Revision = released.Candidate.Revision,
        Digest = released.Candidate.Digest,
        SpecDigest = released.Candidate.SpecDigest,
    };

    private void Send(ObservedGatedSource observed, bool isWarning, string reason, string message, AuditRecord? about = null) => notifier.Send(new()
    {
        ApiVersion = ApiGroup.ApiVersion,
        Kind = GatedSource.KindName,
        Key = observed.Key,
        Uid = observed.Uid,
        ResourceVersion = observed.ResourceVersion,
        Annotations = observed.Source.Metadata.Annotations,
        IsWarning = isWarning,
        Reason = reason,
        Message = message,
        Gates = string.Join(',', observed.Gates),
        GateReason = about?.Reason,
        GateStates = about?.Gates ?? [],
        Revision = about?.Revision,
        Digest = about?.Digest,
        SpecDigest = about?.SpecDigest,
        By = about?.By,
    });

    [LoggerMessage(Level = LogLevel.Information, Message = "gated source {GatedSource}: {Reason}: {Message} (by {By})")]
    private partial void LogDecision(Sluice.Kubernetes.ObjectKey gatedSource, string reason, string? message, string? by);

    [LoggerMessage(Level = LogLevel.Warning, Message = "gated source {GatedSource} is not ready ({Reason}): {Problem}")]
    private partial void LogTrouble(Sluice.Kubernetes.ObjectKey gatedSource, string reason, string problem);
}
