using CsCheck;
using Sluice.Gating.Holds;

namespace Sluice.Gating.Tests.Holds;

/// <summary>What is done to an object, whatever it looks like: the invariants of holding and releasing.</summary>
public sealed class HoldPlanTests
{
    private const string HeldByText = "apps/gate (GateClosed)";

    private static readonly DateTimeOffset Now = new(2026, 3, 26, 10, 0, 0, 500, TimeSpan.Zero);

    private static readonly Gen<string?> Tokens = OneOf<string?>(null, "a", "b");

    private static readonly Gen<HoldObservation> Observations =
        from isSuspended in Gen.Bool
        from owns in Gen.Bool
        from others in OneOf<string[]>([], ["flux"], ["flux", "kustomize-controller"])
        from heldBy in OneOf<string?>(null, HeldByText, "apps/other (GateClosed)")
        from hasSince in Gen.Bool
        from keep in OneOf<string?>(null, null, "migration")
        from once in Tokens
        from releasing in Tokens
        from released in Tokens
        from finished in Gen.Bool
        select new HoldObservation
        {
            IsSuspended = isSuspended,
            OwnsSuspend = owns,
            OtherOwners = [.. others],
            HeldBy = heldBy,
            HeldSince = hasSince ? Now.AddHours(-1) : null,
            KeepSuspended = keep,
            ReleaseOnce = once,
            ReleasingOnce = releasing,
            ReleasedOnce = released,
            AttemptFinished = finished,
        };

    [Fact]
    public void What_was_written_needs_no_second_write() => Gen.Select(Observations, Gen.Bool).Sample((seen, approved) =>
    {
        var after = Write(seen, Plan(seen, approved));
        // After the write Flux has not finished an attempt at the new generation, unless nothing was let go.
        return Plan(after with { AttemptFinished = false }, approved).Change == HoldChange.None;
    });

    [Fact]
    public void What_is_not_approved_is_suspended_unless_a_new_token_lets_it_pass_once() => Observations.Sample(seen =>
    {
        var plan = Plan(seen, approved: false);
        var isAsked = seen.ReleaseOnce is not null && seen.ReleaseOnce != seen.ReleasedOnce;
        return plan.Intent.Suspend ? plan.Intent.HeldBy == HeldByText : isAsked && plan.Intent.ReleasingOnce == seen.ReleaseOnce;
    });

    [Fact]
    public void What_somebody_else_owns_or_wants_suspended_is_suspended_afterwards_too() => Gen.Select(Observations, Gen.Bool).Sample((seen, approved) =>
    {
        var isAPersons = seen.IsSuspended && (!seen.OtherOwners.IsEmpty || seen.KeepSuspended is not null || !seen.OwnsSuspend && seen.HeldBy is null);
        return !isAPersons || Write(seen, Plan(seen, approved)).IsSuspended;
    });

    [Fact]
    public void What_is_approved_and_only_Sluices_is_let_go() => Observations.Sample(seen =>
    {
        var isSluicesAlone = seen.OtherOwners.IsEmpty && seen.KeepSuspended is null && (seen.OwnsSuspend || seen.HeldBy is not null);
        return !isSluicesAlone || !Write(seen, Plan(seen, approved: true)).IsSuspended;
    });

    [Fact]
    public void No_token_lets_an_object_pass_twice() => Observations.Sample(seen =>
    {
        if (Plan(seen, approved: false).Intent.ReleasingOnce is not { } token)
        {
            return true;
        }

        var letGo = Write(seen, Plan(seen, approved: false));
        var again = Write(letGo with { AttemptFinished = true }, Plan(letGo with { AttemptFinished = true }, approved: false));
        return again.IsSuspended && again.ReleasedOnce == token && Plan(again, approved: false).Intent.Suspend;
    });

    [Fact]
    public void A_token_that_comes_while_the_gates_are_opened_does_not_fire_when_they_close() => Observations.Sample(seen =>
        Plan(Write(seen, Plan(seen, approved: true)), approved: false).Intent.Suspend);

    [Fact]
    public void A_token_that_comes_while_others_keep_the_object_suspended_does_not_fire_when_they_let_go() => Observations.Sample(seen =>
    {
        var isSuspendedByOthers = seen.KeepSuspended is not null || seen.IsSuspended && !seen.OtherOwners.IsEmpty;
        var after = Write(seen, Plan(seen, approved: false));
        return !isSuspendedByOthers || Plan(after with { KeepSuspended = null, OtherOwners = [] }, approved: false).Intent.Suspend;
    });

    [Fact]
    public void What_is_used_up_without_a_reconciliation_is_said_to_be()
    {
        var held = new HoldObservation { IsSuspended = true, OwnsSuspend = true, HeldBy = HeldByText, HeldSince = Now, ReleaseOnce = "a" };
        var kept = held with { KeepSuspended = "migration" };
        var plan = Plan(kept, approved: false);
        (plan.Change, plan.RefusesOnce, plan.Intent.ReleasedOnce).Should().Be((HoldChange.RefuseOnce, true, "a"));
        Plan(held with { OtherOwners = ["flux"] }, approved: false).Change.Should().Be(HoldChange.RefuseOnce);

        var letGo = held with { IsSuspended = false, OwnsSuspend = false, HeldBy = null, HeldSince = null, ReleasingOnce = "a" };
        Plan(letGo with { KeepSuspended = "migration" }, approved: false).Change.Should().Be(HoldChange.RefuseOnce, "Flux has not tried yet");
        plan = Plan(letGo with { KeepSuspended = "migration", AttemptFinished = true }, approved: false);
        (plan.Change, plan.RefusesOnce).Should().Be((HoldChange.HoldAgain, false), "it has");

        plan = Plan(kept with { HeldBy = null, HeldSince = null }, approved: false);
        (plan.Change, plan.RefusesOnce).Should().Be((HoldChange.Hold, true), "the hold is told, and that with it");
        (Plan(held, approved: true).RefusesOnce, Plan(held, approved: false).RefusesOnce).Should().Be((false, false));
    }

    [Fact]
    public void A_hold_keeps_the_time_of_its_beginning_in_whole_seconds()
    {
        Plan(new() { }, approved: false).Intent.HeldSince.Should().Be(Now.AddMilliseconds(-500));
        Plan(new() { HeldSince = Now.AddHours(-2) }, approved: false).Intent.HeldSince.Should().Be(Now.AddHours(-2));
    }

    [Fact]
    public void What_admission_suspended_is_taken_over_before_it_is_let_go()
    {
        var born = new HoldObservation { IsSuspended = true, HeldBy = HeldByText };
        var plan = Plan(born, approved: true);
        plan.TakeOver.Should().Be(new HoldIntent { Suspend = true, HeldBy = HeldByText });
        plan.Intent.Suspend.Should().BeFalse();
        plan.Change.Should().Be(HoldChange.Release);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static HoldPlan Plan(HoldObservation seen, bool approved) => HoldPlan.Of(seen, approved, HeldByText, Now);

    /// <summary>What the API server makes of an object when Sluice applies a plan to it, by the rules of field ownership.</summary>
    private static HoldObservation Write(HoldObservation seen, HoldPlan plan)
    {
        if (plan.Change == HoldChange.None)
        {
            return seen;
        }

        // A field that Sluice owned alone vanishes with it; one that nobody owned stays, unless it was taken over first.
        var ownsNow = seen.OwnsSuspend || plan.TakeOver is not null;
        var isSuspended = plan.Intent.Suspend || seen.IsSuspended && (!seen.OtherOwners.IsEmpty || !ownsNow);
        return seen with
        {
            IsSuspended = isSuspended,
            OwnsSuspend = plan.Intent.Suspend,
            // Forcing another value takes the field from those who had it.
            OtherOwners = plan.Intent.Suspend && !seen.IsSuspended ? [] : seen.OtherOwners,
            HeldBy = plan.Intent.HeldBy,
            HeldSince = plan.Intent.HeldSince,
            ReleasingOnce = plan.Intent.ReleasingOnce,
            ReleasedOnce = plan.Intent.ReleasedOnce,
        };
    }
}
