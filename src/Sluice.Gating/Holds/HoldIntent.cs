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

    /// <summary>
    /// What to own for a moment when <paramref name="written"/>, an object on which this intent was just written, still says that Sluice
    /// holds it: somebody else owns those words, as in a copy of a held object or in one that was restored from a backup. To own them
    /// with another value takes them from everybody, so that the next write of this intent removes them. Null when there is nothing to take.
    /// </summary>
    public HoldIntent? Claim(HoldObservation written) =>
        HeldBy is null && written.HeldBy is not null || HeldSince is null && written.HeldSince is not null || ReleasingOnce is null && written.ReleasingOnce is not null
            ? this with { HeldBy = HeldBy ?? "-", HeldSince = HeldSince ?? DateTimeOffset.UnixEpoch, ReleasingOnce = ReleasingOnce ?? "-" }
            : null;

    /// <summary>Whether <paramref name="seen"/> is what this intent would make of it, so that there is nothing to write.</summary>
    public bool IsMetBy(HoldObservation seen) =>
        (Suspend ? seen.IsSuspended && seen.OwnsSuspend : !seen.OwnsSuspend && !seen.IsHeldByAdmission)
        && HeldBy == seen.HeldBy && HeldSince == seen.HeldSince && ReleasingOnce == seen.ReleasingOnce && ReleasedOnce == seen.ReleasedOnce;
}
