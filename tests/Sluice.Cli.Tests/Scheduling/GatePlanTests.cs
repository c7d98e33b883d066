using Sluice.Api.Gates;
using Sluice.Cli.Scheduling;
using Sluice.Gating.Gates;

namespace Sluice.Cli.Tests.Scheduling;

public sealed class GatePlanTests
{
    private static readonly GateSpec Nightly = new() { TimeZone = "UTC", Windows = [Plans.Nightly] };

    [Fact]
    public void A_request_does_not_count_before_it_was_made()
    {
        var plan = Plans.Of(Nightly, Plans.Requested("opened", "2026-03-26T10:00:00Z", "2026-03-26T11:00:00Z"));
        plan.At(Moment.At("2026-03-26T09:59:59Z")).State.Should().Be(GateState.Closed);
        plan.At(Moment.At("2026-03-26T10:00:00Z")).State.Should().Be(GateState.Opened);
        plan.After(Moment.At("2026-03-26T00:00:00Z")).Take(5).Select(transition => (transition.At, transition.To, transition.Reason)).Should().Equal(
            (Moment.At("2026-03-26T02:00:00Z"), GateState.Opened, "OpenWindowStarted"),
            (Moment.At("2026-03-26T05:00:00Z"), GateState.Closed, "OpenWindowEnded"),
            (Moment.At("2026-03-26T10:00:00Z"), GateState.Opened, "Requested"),
            (Moment.At("2026-03-26T11:00:00Z"), GateState.Closed, "RequestExpired"),
            (Moment.At("2026-03-27T02:00:00Z"), GateState.Opened, "OpenWindowStarted"));
    }

    [Fact]
    public void The_window_behind_a_transition_is_the_one_that_starts_or_ends_then()
    {
        var longer = Plans.Nightly with { Name = "longer", Duration = "4h" };
        var freeze = new GateWindow { Name = "freeze", Action = "close", Start = "2026-03-28T03:00:00Z", End = "2026-03-28T04:00:00Z" };
        var plan = Plans.Of("UTC", Plans.Nightly, longer, freeze);
        plan.After(Moment.At("2026-03-27T12:00:00Z")).Take(5).Select(transition => Cause.Of(plan, transition)).Should().Equal(
            "windows 'nightly' and 'longer' start",
            "close window 'freeze' starts",
            "close window 'freeze' ends",
            "window 'longer' ends",
            "windows 'nightly' and 'longer' start");
    }

    [Fact]
    public void The_end_of_an_active_window_is_that_of_the_merged_stretch()
    {
        var always = new GateWindow { Name = "busy", Action = "close", Cron = "* 10 * * *", Duration = "1h" };
        Plans.Of("UTC", always).Active(Moment.Now).Should().ContainSingle().Which.Until.Should().Be(Moment.At("2026-03-26T11:59:00Z"));
        Plans.Of("UTC", always with { Cron = "* * * * *" }).Active(Moment.Now).Should().ContainSingle().Which.Until.Should().BeNull("it never ends");
    }
}
