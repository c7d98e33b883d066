namespace Sluice.Api.Gates;

/// <summary>The annotations by which people open and close a gate, exactly as Flux's own proposal wrote them.</summary>
public static class GateAnnotations
{
    /// <summary>Opens the gate: an RFC 3339 time, normally the present one.</summary>
    public const string OpenRequestedAt = "open.gate.fluxcd.io/requestedAt";

    /// <summary>Limits an open request to one revision or digest.</summary>
    public const string OpenRevision = "open.gate.fluxcd.io/revision";

    /// <summary>
    /// Makes an emergency override of an open request: stronger than every window, for the gate's window or an hour. The value says why.
    /// </summary>
    public const string OpenOverride = "open.gate.fluxcd.io/override";

    /// <summary>Why the gate is opened; free text, recorded.</summary>
    public const string OpenReason = "open.gate.fluxcd.io/reason";

    /// <summary>Closes the gate: an RFC 3339 time, normally the present one.</summary>
    public const string CloseRequestedAt = "close.gate.fluxcd.io/requestedAt";

    /// <summary>Why the gate is closed; free text, recorded.</summary>
    public const string CloseReason = "close.gate.fluxcd.io/reason";
}
