namespace Sluice.Gating.Holds;

/// <summary>
/// The fields that Sluice wants to own on an object: all that its server-side apply carries. What it owned before and does not
/// name now is given up, and vanishes unless somebody else owns it too.
/// </summary>
public sealed record HoldIntent
{
    /// <summary>Whether to own <c>spec.suspend: true</c>.</summary>
    public bool Suspend { get; init; }

    /// <summary>The gates that hold the object.</summary>
    public string? HeldBy { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>The token for which the object is released once.</summary>
    public string? ReleasingOnce { get; init; }

    /// <summary>The token that was handled last.</summary>
    public string? ReleasedOnce { get; init; }

    /// <summary>Whether <paramref name="seen"/> is what this intent would make of it, so that there is nothing to write.</summary>
    public bool IsMetBy(HoldObservation seen) =>
        (Suspend ? seen.IsSuspended && seen.OwnsSuspend : !seen.OwnsSuspend && !seen.IsHeldByAdmission)
        && HeldBy == seen.HeldBy && HeldSince == seen.HeldSince && ReleasingOnce == seen.ReleasingOnce && ReleasedOnce == seen.ReleasedOnce;
}
