namespace Sluice.Gating.Requests;

/// <summary>What the annotations of a gate ask for, as they stand: nothing here has been checked.</summary>
public sealed record RequestAnnotations
{
    /// <summary>The value of <c>open.gate.fluxcd.io/requestedAt</c>.</summary>
    public string? OpenRequestedAt { get; init; }

    /// <summary>The value of <c>open.gate.fluxcd.io/revision</c>.</summary>
    public string? OpenRevision { get; init; }

    /// <summary>The value of <c>open.gate.fluxcd.io/reason</c>.</summary>
    public string? OpenReason { get; init; }

    /// <summary>The value of <c>open.gate.fluxcd.io/override</c>.</summary>
    public string? OpenOverride { get; init; }

    /// <summary>Who wrote the open request.</summary>
    public string? OpenBy { get; init; }

    /// <summary>The value of <c>close.gate.fluxcd.io/requestedAt</c>.</summary>
    public string? CloseRequestedAt { get; init; }

    /// <summary>The value of <c>close.gate.fluxcd.io/reason</c>.</summary>
    public string? CloseReason { get; init; }

    /// <summary>Who wrote the close request.</summary>
    public string? CloseBy { get; init; }
}
