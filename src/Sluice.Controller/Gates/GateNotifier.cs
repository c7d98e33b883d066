using Sluice.Api.Audit;
using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Controller.Auditing;
using Sluice.Controller.Metrics;
using Sluice.Controller.Notifications;
using Sluice.Gating.Requests;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gates;

/// <summary>Tells people what became of a gate and of the requests to it: as Events, as Flux events, in the log and in metrics.</summary>
internal sealed partial class GateNotifier(Notifier notifier, SluiceMetrics metrics, ILogger<GateNotifier> log)
{
    /// <summary>Tells what one look at a gate found, after its status was written.</summary>
    public void Tell(ObservedGate observed, GateLook look)
    {
        var request = look.Recorded == look.Transition ? null : DecisionRecords.Of(observed, look);
        foreach (var notice in look.Notices)
        {
            // A request that changes the gate's state is told by the transition; what the history has of one is told in its words.
            var isTold = notice.Outcome == RequestOutcome.Taken && look.Transition is not null
                || request is not null && notice.Outcome is RequestOutcome.Taken or RequestOutcome.Overriding && look.RecordedRequest?.Target == notice.Target;
            if (!isTold)
            {
                Send(observed, notice.Outcome != RequestOutcome.Taken, Reason(notice.Outcome), notice.Message, By(observed, notice), look);
            }
        }

        if (request is not null)
        {
            Send(observed, look.Recorded?.Reason == Gating.Gates.GateReasons.Overridden, request.Decision, request.Message ?? "", request.By, look, look.Recorded);
        }

        if (look.Transition is { } transition)
        {
            var reason = look.Decision.State == Gating.Gates.GateState.Opened ? "GateOpened" : "GateClosed";
            metrics.Transitioned(observed.Key.Namespace, observed.Key.Name, transition.To, transition.Reason);
            LogTransition(observed.Key, transition.To, transition.Reason, transition.By, transition.Message);
            Send(observed, false, reason, transition.Message ?? reason, transition.By, look, transition);
        }

        var stalled = look.Status.FindCondition(ConditionTypes.Stalled);
        if (stalled is not null && stalled.Message != observed.Gate.Status?.FindCondition(ConditionTypes.Stalled)?.Message && look.Notices.IsEmpty)
        {
            LogStalled(observed.Key, stalled.Message);
            Send(observed, true, stalled.Reason, stalled.Message, null, look);
        }
    }

    /// <summary>Tells that what was written down was not carried out.</summary>
    public void TellNotCarriedOut(ObservedGate observed, AuditRecord decision) => Send(observed, false, decision.Decision, decision.Message ?? "", null);

    /// <summary>Forgets a gate that is gone.</summary>
    public void Forget(ObjectKey gate) => metrics.Forget(Gate.KindName, gate.Namespace, gate.Name);

    private void Send(ObservedGate observed, bool isWarning, string reason, string message, string? by, GateLook? look = null, TransitionRecord? recorded = null) => notifier.Send(new()
    {
        ApiVersion = Api.ApiGroup.ApiVersion,
        Kind = Gate.KindName,
        Key = observed.Key,
        Uid = observed.Uid,
        ResourceVersion = observed.ResourceVersion,
        Annotations = observed.Gate.Metadata.Annotations,
        IsWarning = isWarning,
        Reason = reason,
        Message = message,
        Gates = observed.Name,
        GateReason = recorded?.Reason,
        GateStates = look is null ? [] : [new(observed.Name, GateStateNames.Of(look.Decision.State), recorded?.Reason ?? look.Decision.Cause)],
        Revision = recorded is null ? null : look?.RecordedRevision,
        By = by,
    });

    private static string Reason(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Taken => "RequestTaken",
        RequestOutcome.Clamped => "RequestInFuture",
        RequestOutcome.Expired => "RequestExpired",
        RequestOutcome.Superseded => "RequestSuperseded",
        RequestOutcome.Overriding => "GateOverridden",
        RequestOutcome.NotOverriding => "OverrideLeftBehind",
        _ => Gating.Gates.GateReasons.InvalidRequest,
    };

    private static string? By(ObservedGate observed, RequestNotice notice) =>
        notice.Target == Gating.Gates.GateState.Opened ? observed.Requests.OpenBy : observed.Requests.CloseBy;

    [LoggerMessage(Level = LogLevel.Information, Message = "gate {Gate} is {State}: {Message} (reason {Reason}, by {By})")]
    private partial void LogTransition(ObjectKey gate, string state, string reason, string? by, string? message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "gate {Gate} is stalled until somebody mends it: {Problem}")]
    private partial void LogStalled(ObjectKey gate, string problem);
}
