using Sluice.Api.Gates;
using Sluice.Cli.Scheduling;

namespace Sluice.Cli.Tests.Scheduling;

public sealed class PlanWarningsTests
{
    [Fact]
    public void A_usual_schedule_has_none()
    {
        var freeze = new GateWindow { Name = "black-friday", Action = "close", Start = "2026-11-23T00:00:00Z", End = "2026-12-01T00:00:00Z" };
        Warnings(new GateSpec { TimeZone = "Europe/Berlin", Margin = "15m", Windows = [Plans.Nightly, Plans.Friday, freeze] }).Should().BeEmpty();
    }

    [Fact]
    public void A_window_that_overlaps_itself_is_seldom_meant() =>
        Warnings(new GateSpec { Windows = [Plans.Nightly, new GateWindow { Name = "ten", Action = "open", Cron = "* 10 * * *", Duration = "1h" }] }).Should().Equal(
            "spec.windows[1]: window 'ten' overlaps itself: it starts again before its duration of 1h has passed, and the stretches are merged");

    [Fact]
    public void A_window_that_is_over_or_years_ahead_is_told() =>
        Warnings(new GateSpec
        {
            Windows =
            [
                new GateWindow { Name = "past", Action = "close", Start = "2025-11-23T00:00:00Z", End = "2025-12-01T00:00:00Z" },
                new GateWindow { Name = "leap", Action = "close", Cron = "0 0 29 2 *", Duration = "24h" },
            ],
        }).Should().Equal(
            "spec.windows[0]: window 'past' is never active again",
            "spec.windows[1]: window 'leap' is not active in the year to come: it starts at Tue 2028-02-29 00:00 +00:00");

    [Fact]
    public void A_margin_as_long_as_an_open_window_lets_nothing_pass() =>
        Warnings(new GateSpec { Margin = "1h", Windows = [Plans.Nightly, Plans.Lunch] }).Should().Equal(
            "spec.margin: the gate is opened at Thu 2026-03-26 12:15 +00:00 for 1h, which is no longer than the margin of 1h: nothing new is ever released in a stretch like that");

    [Fact]
    public void The_end_of_a_request_keeps_no_margin() =>
        Warnings(new GateSpec { Margin = "2h", Windows = [Plans.Nightly] }, Plans.Requested("opened", "2026-03-26T10:30:00Z", "2026-03-26T11:00:00Z")).Should().BeEmpty();

    private static IEnumerable<string> Warnings(GateSpec spec, GateStatus? status = null)
    {
        var plan = Plans.Of(spec, status);
        return new PlanWarnings(plan, new ShownTime(plan.Zone)).From(Moment.Now);
    }
}
