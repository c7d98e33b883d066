using Sluice.Gating.Time;

namespace Sluice.Gating.Holds;

/// <summary>What to do to one object now.</summary>
/// <param name="Intent">What Sluice wants to own on it.</param>
/// <param name="Change">What writing that does; <see cref="HoldChange.None"/> when there is nothing to write.</param>
/// <param name="TakeOver">
/// What to own before <paramref name="Intent"/> is written, or <see langword="null"/>. A field that nobody owns, as admission leaves it,
/// is not removed by an apply that merely omits it: it is taken over first, and then dropped.
/// </param>
public sealed record HoldPlan(HoldIntent Intent, HoldChange Change, HoldIntent? TakeOver)
{
    /// <summary>Whether what asked for one reconciliation is used up without one, since somebody else keeps the object suspended.</summary>
    public bool RefusesOnce { get; private init; }

    /// <summary>Decides what to do. A pure function, level-triggered: it looks at what is, not at what happened.</summary>
    /// <param name="seen">What is seen of the object.</param>
    /// <param name="isApproved">Whether its gates let it pass; true for an object that names none.</param>
    /// <param name="heldBy">What to write on it when they do not.</param>
    /// <param name="now">The present instant, of which whole seconds are kept.</param>
    public static HoldPlan Of(HoldObservation seen, bool isApproved, string heldBy, DateTimeOffset now)
    {
        var intent = isApproved ? WhenApproved(seen) : WhenHeld(seen, heldBy, now);
        if (intent.IsMetBy(seen))
        {
            return new(intent, HoldChange.None, null);
        }

        var takeOver = !intent.Suspend && seen.IsHeldByAdmission
            ? new HoldIntent { Suspend = true, HeldBy = seen.HeldBy, HeldSince = seen.HeldSince, ReleasedOnce = seen.ReleasedOnce }
            : null;
        return new(intent, Classify(seen, intent), takeOver) { RefusesOnce = IsOnceRefused(seen, intent) };
    }

    private static HoldIntent WhenApproved(HoldObservation seen) => new()
    {
        // Giving up the field would resume what a person wants suspended, when nobody else owns it.
        Suspend = seen.KeepSuspended is not null && seen.IsSuspended && (seen.OwnsSuspend || seen.IsHeldByAdmission),
        // A token that comes while the gates are opened has nothing to do; it must not fire when they close.
        ReleasedOnce = seen.ReleaseOnce ?? seen.ReleasedOnce,
    };

    private static HoldIntent WhenHeld(HoldObservation seen, string heldBy, DateTimeOffset now)
    {
        var held = new HoldIntent
        {
            Suspend = true,
            HeldBy = heldBy,
            HeldSince = seen.HeldSince ?? Rfc3339.WholeSecond(now),
            ReleasedOnce = seen.ReleasedOnce,
        };
        if (seen.ReleaseOnce is null || seen.ReleaseOnce == seen.ReleasedOnce)
        {
            return held;
        }

        // Where others keep it suspended it is used up, as one that comes while the gates are opened: else it would fire whenever they let go, whoever may pass the gates by then.
        return HasPassedOnce(seen) || IsSuspendedByOthers(seen)
            ? held with { ReleasedOnce = seen.ReleaseOnce }
            : new HoldIntent { ReleasingOnce = seen.ReleaseOnce, ReleasedOnce = seen.ReleasedOnce };
    }

    private static bool HasPassedOnce(HoldObservation seen) => seen.ReleasingOnce is not null && seen.ReleasingOnce == seen.ReleaseOnce && seen.AttemptFinished;

    private static bool IsSuspendedByOthers(HoldObservation seen) => seen.KeepSuspended is not null || seen.IsSuspended && !seen.OtherOwners.IsEmpty;

    private static HoldChange Classify(HoldObservation seen, HoldIntent intent)
    {
        if (intent.ReleasingOnce is not null)
        {
            return seen.ReleasingOnce == intent.ReleasingOnce && !seen.OwnsSuspend ? HoldChange.Relabel : HoldChange.ReleaseOnce;
        }

        if (!intent.Suspend)
        {
            return seen.HeldBy is not null || seen.OwnsSuspend || seen.ReleasingOnce is not null ? HoldChange.Release : HoldChange.Relabel;
        }

        if (intent.HeldBy is null)
        {
            return seen.HeldBy is null && seen.OwnsSuspend ? HoldChange.Relabel : HoldChange.Keep;
        }

        return seen switch
        {
            { ReleasingOnce: not null } => IsOnceRefused(seen, intent) ? HoldChange.RefuseOnce : HoldChange.HoldAgain,
            // Admission suspends what is born, and cannot say since when: Sluice looks at it for the first time.
            { HeldBy: null } or { IsHeldByAdmission: true, HeldSince: null } => HoldChange.Hold,
            { IsSuspended: false } => HoldChange.Reassert,
            _ => IsOnceRefused(seen, intent) ? HoldChange.RefuseOnce : HoldChange.Relabel,
        };
    }

    private static bool IsOnceRefused(HoldObservation seen, HoldIntent intent) =>
        intent.HeldBy is not null && intent.ReleasedOnce != seen.ReleasedOnce && !HasPassedOnce(seen);
}
