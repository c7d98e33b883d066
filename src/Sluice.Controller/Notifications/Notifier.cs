using Sluice.Kubernetes;

namespace Sluice.Controller.Notifications;

/// <summary>
/// Sends what people should know to where they look: Kubernetes Events, and Flux's notification-controller for alerts.
/// What cannot be delivered never stops a hold or a release.
/// </summary>
internal sealed class Notifier(EventRecorder events, FluxEventSink flux, TimeProvider time)
{
    /// <summary>Sends, and returns at once.</summary>
    public void Send(Notice notice)
    {
        events.Record(
            new(notice.ApiVersion, notice.Kind, notice.Key, notice.Uid, notice.ResourceVersion),
            notice.IsWarning ? EventType.Warning : EventType.Normal, notice.Reason, notice.Reason, notice.Message, notice.By, EventAnnotations.Of(notice));
        flux.Post(new()
        {
            InvolvedObject = new()
            {
                ApiVersion = notice.ApiVersion,
                Kind = notice.Kind,
                Namespace = notice.Key.Namespace,
                Name = notice.Key.Name,
                Uid = notice.Uid,
                ResourceVersion = notice.ResourceVersion,
            },
            Timestamp = time.GetUtcNow(),
            Severity = notice.IsWarning ? EventSeverity.Error : EventSeverity.Info,
            Reason = notice.Reason,
            Message = notice.Message,
            Gate = notice.Gates,
            GateReason = notice.GateReason ?? notice.Reason,
            By = notice.By,
            Revision = notice.Revision,
            // A repeat is news, too: without a token of its own notification-controller would drop it for five minutes.
            Token = $"{notice.ResourceVersion}-{time.GetUtcNow().ToUnixTimeMilliseconds()}",
            Annotations = notice.Annotations,
        });
    }
}
