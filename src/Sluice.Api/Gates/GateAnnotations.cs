namespace Sluice.Api.Gates;

/// <summary>The annotations by which people open and close a gate, exactly as Flux's own proposal wrote them.</summary>
public static class GateAnnotations
{
    /// <summary>Opens the gate: an RFC 3339 time, normally the present one.</summary>
    public const string OpenRequestedAt = "open.gate.fluxcd.io/requestedAt";

    /// <summary>Who makes the open request. Stamped, or checked, by the policies of <c>config/admission</c>; without them it proves nothing.</summary>
    public const string OpenRequestedBy = "open.gate.fluxcd.io/requestedBy";

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

    /// <summary>Who makes the close request, as <see cref="OpenRequestedBy"/>.</summary>
    public const string CloseRequestedBy = "close.gate.fluxcd.io/requestedBy";

    /// <summary>Why the gate is closed; free text, recorded.</summary>
    public const string CloseReason = "close.gate.fluxcd.io/reason";
}
