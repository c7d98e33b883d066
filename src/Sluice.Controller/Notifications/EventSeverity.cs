namespace Sluice.Controller.Notifications;

/// <summary>How serious an event is, as Flux's alerts filter it. Flux's third one, trace, never leaves the cluster's own events.</summary>
public enum EventSeverity
{
    /// <summary>Something happened as it should.</summary>
    Info,

    /// <summary>Something needs a person.</summary>
    Error,
}
