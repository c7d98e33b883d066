using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using static Sluice.Gating.Tests.Windows.Written;

namespace Sluice.Gating.Tests.Windows;

/// <summary><c>spec.margin</c>: what starts inside a window can finish inside it.</summary>
public sealed class MarginTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly GateRules Nightly = Closed(Open("nightly", "0 2 * * *", "3h")) with { Margin = Quarter };

    [Fact]
    public void Before_the_end_of_an_open_window_nothing_new_is_released_and_the_gate_stays_opened()
    {
        Nightly.Decide("2026-06-10T02:00:00Z").Should().BeEquivalentTo(new { AdmitsReleases = true, Reason = "OpenWindow", Until = At("2026-06-10T04:45:00Z") });
        Nightly.Decide("2026-06-10T04:44:59.9999999Z").AdmitsReleases.Should().BeTrue();
        Nightly.Decide("2026-06-10T04:45:00Z").Should().BeEquivalentTo(new
        {
            State = GateState.Opened,
            AdmitsReleases = false,
            Reason = "ClosingSoon",
            Message = "Gate opened by window 'nightly', scheduled for closing at 2026-06-10T05:00:00Z: nothing new is released in the last 15m before the closing at 2026-06-10T05:00:00Z",
            Cause = "OpenWindow",
            Next = new Transition(At("2026-06-10T05:00:00Z"), GateState.Closed, "OpenWindowEnded"),
            Until = At("2026-06-10T05:00:00Z"),
        });
        Nightly.Decide("2026-06-10T05:00:00Z").Should().BeEquivalentTo(new { State = GateState.Closed, AdmitsReleases = false });
    }

    [Fact]
    public void Before_a_close_window_nothing_new_is_released_whoever_opened_the_gate()
    {
        var rules = Opened(Close("freeze", "0 12 * * *", "1h")) with { Margin = Quarter };
        rules.Decide("2026-06-10T11:44:59Z").Should().BeEquivalentTo(new { AdmitsReleases = true, Until = At("2026-06-10T11:45:00Z") });
        rules.Decide("2026-06-10T11:45:00Z").Should().BeEquivalentTo(new
        {
            AdmitsReleases = false,
            Message = "Gate opened by default: nothing new is released in the last 15m before the closing at 2026-06-10T12:00:00Z",
        });
        (rules with { Default = GateState.Closed }).Decide("2026-06-10T11:45:00Z", Asked("11:00", "14:00")).AdmitsReleases.Should().BeFalse("a window closes it, not the person");
    }

    [Fact]
    public void The_end_of_a_persons_own_request_keeps_no_margin()
    {
        Nightly.Decide("2026-06-10T10:59:59Z", Asked("10:00", "11:00")).Should().BeEquivalentTo(
            new { AdmitsReleases = true, Reason = "ReconciliationSucceeded", Next = new Transition(At("2026-06-10T11:00:00Z"), GateState.Closed, "RequestExpired") });
        Nightly.Decide("2026-06-10T10:59:59Z", Asked("10:00", "11:00") with { Override = "INC-1" }).AdmitsReleases.Should().BeTrue();
    }

    [Fact]
    public void Where_windows_meet_there_is_no_closing_and_no_margin() =>
        (Closed(Open("a", "0 2 * * *", "3h"), Open("b", "0 5 * * *", "1h")) with { Margin = Quarter }).Decide("2026-06-10T04:50:00Z").AdmitsReleases.Should().BeTrue();

    [Fact]
    public void A_window_shorter_than_the_margin_releases_nothing()
    {
        var rules = Closed(Open("short", "0 2 * * *", "10m")) with { Margin = Quarter };
        rules.Decide("2026-06-10T02:00:00Z").Should().BeEquivalentTo(new { State = GateState.Opened, AdmitsReleases = false });
    }

    [Fact]
    public void A_margin_longer_than_all_time_releases_nothing_before_a_closing() =>
        (Nightly with { Margin = TimeSpan.MaxValue }).Decide("2026-06-10T02:00:00Z").Should().BeEquivalentTo(new { State = GateState.Opened, AdmitsReleases = false });

    private static GateRequest Asked(string from, string until) => new()
    {
        Target = GateState.Opened,
        Stamp = At($"2026-06-10T{from}:00Z"),
        RequestedAt = At($"2026-06-10T{from}:00Z"),
        ResetAt = At($"2026-06-10T{until}:00Z"),
    };
}
