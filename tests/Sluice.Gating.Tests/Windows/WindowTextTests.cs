using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using static Sluice.Gating.Tests.Windows.Written;

namespace Sluice.Gating.Tests.Windows;

/// <summary>What a gate with windows says, and what it announces.</summary>
public sealed class WindowTextTests
{
    private static readonly GateRules Nightly = Closed(Open("nightly", "0 2 * * *", "3h", "Europe/Berlin"));

    [Fact]
    public void An_open_window_opens_the_gate_and_says_when_it_closes()
    {
        var end = At("2026-06-10T03:00:00Z");
        Nightly.Decide("2026-06-10T01:00:00Z").Should().Be(
            new GateDecision(
                GateState.Opened, "OpenWindow", "Gate opened by window 'nightly', scheduled for closing at 2026-06-10T03:00:00Z", "OpenWindow",
                new Transition(end, GateState.Closed, "OpenWindowEnded"))
            {
                Until = end,
            });
    }

    [Fact]
    public void Outside_its_windows_the_gate_is_closed_by_default_and_announces_the_next()
    {
        var start = At("2026-06-11T00:00:00Z");
        Nightly.Decide("2026-06-10T03:00:00Z").Should().Be(
            new GateDecision(GateState.Closed, "ReconciliationSucceeded", "Gate closed by default", "Default", new Transition(start, GateState.Opened, "OpenWindowStarted"))
            {
                Until = start,
            });
    }

    [Fact]
    public void A_close_window_closes_the_gate_and_says_when_it_opens()
    {
        var rules = Opened(CloseOnce("black-friday", "2026-11-23T00:00:00Z", "2026-12-01T00:00:00Z"));
        rules.Decide("2026-11-22T23:59:59Z").Should().BeEquivalentTo(
            new { State = GateState.Opened, Message = "Gate opened by default", Next = new Transition(At("2026-11-23T00:00:00Z"), GateState.Closed, "CloseWindowStarted") });
        rules.Decide("2026-11-23T00:00:00Z").Should().BeEquivalentTo(
            new
            {
                State = GateState.Closed,
                Reason = "CloseWindow",
                Message = "Gate closed by window 'black-friday', scheduled for opening at 2026-12-01T00:00:00Z",
                Cause = "CloseWindow",
                Next = new Transition(At("2026-12-01T00:00:00Z"), GateState.Opened, "CloseWindowEnded"),
            });
        rules.Decide("2026-12-01T00:00:00Z").Should().Be(new GateDecision(GateState.Opened, "ReconciliationSucceeded", "Gate opened by default", "Default", null));
    }

    [Fact]
    public void A_close_window_on_a_closed_gate_announces_nothing_that_does_not_happen() =>
        Closed(CloseOnce("freeze", "2026-11-23T00:00:00Z", "2026-12-01T00:00:00Z")).Decide("2026-11-25T00:00:00Z").Should().BeEquivalentTo(
            new { State = GateState.Closed, Message = "Gate closed by window 'freeze'", Next = (Transition?)null, Until = At("2026-12-01T00:00:00Z") });

    [Fact]
    public void A_close_window_is_stronger_than_an_open_window_and_gives_the_gate_back_to_it()
    {
        var rules = Closed(Open("nightly", "0 2 * * *", "3h"), CloseOnce("freeze", "2026-06-10T03:00:00Z", "2026-06-10T04:00:00Z"));
        rules.Decide("2026-06-10T02:00:00Z").Next.Should().Be(new Transition(At("2026-06-10T03:00:00Z"), GateState.Closed, "CloseWindowStarted"));
        rules.Decide("2026-06-10T03:30:00Z").Message.Should().Be("Gate closed by window 'freeze', scheduled for opening at 2026-06-10T04:00:00Z");
        rules.Decide("2026-06-10T03:30:00Z").Next!.Reason.Should().Be("CloseWindowEnded");
        rules.Decide("2026-06-10T04:00:00Z").Message.Should().Be("Gate opened by window 'nightly', scheduled for closing at 2026-06-10T05:00:00Z");
    }

    [Fact]
    public void Of_several_active_windows_the_first_in_the_spec_is_named_and_the_end_of_all_is_announced()
    {
        var rules = Closed(Open("b", "0 3 * * *", "1h"), Open("a", "0 2 * * *", "3h"), Open("c", "0 5 * * *", "1h"));
        const string End = "scheduled for closing at 2026-06-10T06:00:00Z";
        rules.Decide("2026-06-10T02:00:00Z").Should().BeEquivalentTo(new { Message = $"Gate opened by window 'a', {End}", Until = At("2026-06-10T03:00:00Z") });
        rules.Decide("2026-06-10T03:00:00Z").Should().BeEquivalentTo(new { Message = $"Gate opened by window 'b', {End}", Until = At("2026-06-10T04:00:00Z") });
        rules.Decide("2026-06-10T04:00:00Z").Should().BeEquivalentTo(new { Message = $"Gate opened by window 'a', {End}", Until = At("2026-06-10T05:00:00Z") });
        rules.Decide("2026-06-10T05:00:00Z").Should().BeEquivalentTo(new { Message = $"Gate opened by window 'c', {End}", Until = At("2026-06-10T06:00:00Z") });
        rules.TransitionsFrom("2026-06-10T00:00:00Z", 3).Should().Equal(
            "2026-06-10T02:00:00Z Opened OpenWindowStarted", "2026-06-10T06:00:00Z Closed OpenWindowEnded", "2026-06-11T02:00:00Z Opened OpenWindowStarted");
    }

    [Fact]
    public void An_open_window_that_never_ends_announces_no_closing()
    {
        var always = Closed(Open("always", "* * * * *", "1m"));
        always.Decide("2026-06-10T02:00:30Z").Should().Be(new GateDecision(GateState.Opened, "OpenWindow", "Gate opened by window 'always'", "OpenWindow", null));
    }

    [Fact]
    public void A_request_says_when_a_window_ends_it_or_when_it_ends_itself()
    {
        var rules = Closed(Close("lunch", "0 12 * * *", "1h")) with { Window = TimeSpan.FromHours(4) };
        var request = new GateRequest { Target = GateState.Opened, Stamp = At("2026-06-10T10:00:00Z"), RequestedAt = At("2026-06-10T10:00:00Z"), ResetAt = At("2026-06-10T14:00:00Z") };
        rules.Decide("2026-06-10T10:00:00Z", request).Should().BeEquivalentTo(
            new { Message = "Gate scheduled for closing at 2026-06-10T12:00:00Z", Cause = "Requested", Next = new Transition(At("2026-06-10T12:00:00Z"), GateState.Closed, "CloseWindowStarted") });
        rules.Decide("2026-06-10T12:00:00Z", request).Message.Should().Be("Gate closed by window 'lunch', scheduled for opening at 2026-06-10T13:00:00Z");
        rules.Decide("2026-06-10T13:00:00Z", request).Should().BeEquivalentTo(
            new { Message = "Gate scheduled for closing at 2026-06-10T14:00:00Z", Next = new Transition(At("2026-06-10T14:00:00Z"), GateState.Closed, "RequestExpired") });
        rules.Decide("2026-06-10T14:00:00Z", request).Should().BeEquivalentTo(new { Message = "Gate closed by default", Cause = "RequestExpired" });
        rules.Decide("2026-06-11T13:00:00Z", request).Should().BeEquivalentTo(new { Message = "Gate closed by default", Cause = "Default" }, "a window has come and gone since");
    }

    [Fact]
    public void An_opening_for_one_revision_says_so_to_the_others_in_an_open_window_too()
    {
        var request = new GateRequest
        {
            Target = GateState.Opened,
            Stamp = At("2026-06-10T00:30:00Z"),
            RequestedAt = At("2026-06-10T00:30:00Z"),
            ResetAt = At("2026-06-10T01:30:00Z"),
            Revision = "sha256:11aa",
        };
        Nightly.Decide("2026-06-10T00:30:00Z", request).Should().BeEquivalentTo(new
        {
            State = GateState.Closed,
            Reason = "OpenedForRevision",
            Message = "Gate closed by default, opened for revision 'sha256:11aa' alone until 2026-06-10T01:30:00Z",
            Next = new Transition(At("2026-06-10T01:30:00Z"), GateState.Opened, "RequestExpired"),
        });
    }
}
