namespace Sluice.Controller.Notifications;

/// <summary>An event in the terms of Flux's <c>event.toolkit.fluxcd.io/v1beta1</c>, as <see cref="FluxEventSink"/> posts it.</summary>
public sealed record FluxEvent
{
    /// <summary>The object that the event is about; Alerts select by it.</summary>
    public required InvolvedObject InvolvedObject { get; init; }

    /// <summary>When it happened; posted in UTC, to the second, as Flux does.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>One word in CamelCase: why the event was sent, such as <c>GateOpened</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The sentence for people. What exceeds 39,000 characters is cut, since notification-controller refuses more.</summary>
    public required string Message { get; init; }

    /// <summary>How serious it is; info by default.</summary>
    public EventSeverity Severity { get; init; }

    /// <summary>The gate, as <c>namespace/name</c>: metadata <c>event.toolkit.fluxcd.io/gate</c>.</summary>
    public string? Gate { get; init; }

    /// <summary>Why the gates are as they are, one word in CamelCase, such as <c>GateClosed</c>, <c>RequestExpired</c>: metadata <c>event.toolkit.fluxcd.io/reason</c>.</summary>
    public string? GateReason { get; init; }

    /// <summary>Who asked for it: metadata <c>event.toolkit.fluxcd.io/by</c>.</summary>
    public string? By { get; init; }

    /// <summary>The revision that it concerns: metadata <c>&lt;group of the object&gt;/revision</c>, which alerts show.</summary>
    public string? Revision { get; init; }

    /// <summary>
    /// What makes this event differ from the last one with the same object and message: notification-controller drops such repeats for
    /// five minutes. Metadata <c>&lt;group of the object&gt;/token</c>, used for nothing else and never shown.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>
    /// The involved object's annotations. Those that begin with <c>event.toolkit.fluxcd.io/</c> become metadata, as every Flux controller does
    /// it; but for the three keys above, which nobody but the controller may claim.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
