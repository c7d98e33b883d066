using System.Collections.Immutable;

namespace Sluice.Gating.Holds;

/// <summary>What is seen of a gated object, as far as holding and releasing it go.</summary>
public sealed record HoldObservation
{
    /// <summary>Whether <c>spec.suspend</c> is true.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Whether Sluice owns <c>spec.suspend</c>.</summary>
    public bool OwnsSuspend { get; init; }

    /// <summary>The field managers other than Sluice that own <c>spec.suspend</c>.</summary>
    public ImmutableArray<string> OtherOwners { get; init; } = [];

    /// <summary>The gates that hold it, as written on it; <see langword="null"/> when it is not held.</summary>
    public string? HeldBy { get; init; }

    /// <summary>Since when it is held, as written on it.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>Why a person wants it to stay suspended when its gates open; <see langword="null"/> when nobody does.</summary>
    public string? KeepSuspended { get; init; }

    /// <summary>The token by which a person asked to let it reconcile once.</summary>
    public string? ReleaseOnce { get; init; }

    /// <summary>The token for which it is released now.</summary>
    public string? ReleasingOnce { get; init; }

    /// <summary>The token that was handled last.</summary>
    public string? ReleasedOnce { get; init; }

    /// <summary>Whether Flux has finished an attempt, good or bad, at the object's present generation.</summary>
    public bool AttemptFinished { get; init; }

    /// <summary>
    /// Suspended, and nobody owns that although the object says it is held: admission did it, which leaves no owner.
    /// Without the word that it is held, a suspension that nobody owns is somebody else's.
    /// </summary>
    public bool IsHeldByAdmission => IsSuspended && !OwnsSuspend && OtherOwners.IsEmpty && HeldBy is not null;
}
