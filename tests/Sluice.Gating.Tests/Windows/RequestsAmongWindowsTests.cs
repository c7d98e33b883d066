using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using static Sluice.Gating.Tests.Windows.Written;

namespace Sluice.Gating.Tests.Windows;

/// <summary>A person's requests on a gate that has windows: what it would be without them is what its windows say, not its default alone.</summary>
public sealed class RequestsAmongWindowsTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void A_close_request_inside_an_open_window_closes_for_the_gates_window()
    {
        var gate = Daily(Hour).AnnotateClose("10:00");
        gate.Look("10:00").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Taken);
        gate.Current!.ResetAt.Should().Be(WatchedGate.At("11:00"), "it is no request for what the gate is anyway");
        gate.Decide("10:00").Should().BeEquivalentTo(new
        {
            State = GateState.Closed,
            Message = "Gate scheduled for opening at 2021-03-26T11:00:00Z",
            Next = new Transition(WatchedGate.At("11:00"), GateState.Opened, "RequestExpired"),
        });
        gate.Decide("11:00").Reason.Should().Be("OpenWindow");
    }

    [Fact]
    public void A_close_request_without_a_window_keeps_the_gate_closed_over_all_its_open_windows()
    {
        var gate = Daily(null).AnnotateClose("10:00");
        gate.Look("10:00");
        gate.Decide("2021-04-26T10:00:00Z").Should().BeEquivalentTo(new { State = GateState.Closed, Message = "Gate close requested", Next = (Transition?)null });

        gate.AnnotateOpen("2021-04-26T10:30:00Z").Look("2021-04-26T10:30:00Z");
        gate.Current!.ResetsAtOnce.Should().BeTrue("inside an open window it asks for what the gate is anyway");
        gate.Decide("2021-04-26T10:30:00Z").Reason.Should().Be("OpenWindow");
        gate.State("2021-04-26T17:00:00Z").Should().Be(GateState.Closed);
    }

    [Fact]
    public void A_close_request_outside_every_window_resets_at_once()
    {
        var gate = Daily(Hour).AnnotateClose("08:00");
        gate.Look("08:00");
        gate.Current!.ResetAt.Should().Be(WatchedGate.At("08:00"));
        gate.Decide("08:00").Message.Should().Be("Gate close requested");
        gate.Decide("09:00").Reason.Should().Be("OpenWindow", "the request was over before");
    }

    [Fact]
    public void An_open_request_in_an_open_window_lasts_for_the_gates_window_beyond_the_end_of_the_open_one_and_its_margin()
    {
        var gate = Daily(Hour);
        gate.Rules = gate.Rules with { Margin = TimeSpan.FromMinutes(30) };
        var end = Forecast.From(gate.Rules, null, WatchedGate.At("10:00")).First().At;
        gate.Annotations = gate.Annotations with { OpenRequestedAt = $"{end.AddMinutes(-10).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" };
        gate.Look(end.AddMinutes(-10));

        var decision = GateDecision.Decide(gate.Rules, gate.Current, null, end.AddMinutes(-5));
        decision.AdmitsReleases.Should().BeTrue("who asks by hand needs no margin");
        decision.Next.Should().Be(new Transition(end.AddMinutes(50), GateState.Closed, "RequestExpired"));
    }

    [Fact]
    public void An_override_that_came_too_late_is_no_reason_to_refuse_the_same_reason_with_a_new_stamp()
    {
        var gate = Daily(Hour);
        gate.Annotations = new() { OpenRequestedAt = WatchedGate.Stamp("04:00"), OpenOverride = "INC-1" };
        gate.Look("06:00").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Expired);
        gate.Annotations = gate.Annotations with { OpenRequestedAt = WatchedGate.Stamp("06:01") };
        gate.Look("06:01").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Overriding);
    }

    [Fact]
    public void An_open_request_outside_every_window_lasts_for_the_gates_window()
    {
        var gate = Daily(Hour).AnnotateOpen("18:00");
        gate.Look("18:00");
        gate.Decide("18:00").Message.Should().Be("Gate scheduled for closing at 2021-03-26T19:00:00Z");
    }

    [Fact]
    public void An_open_request_that_reaches_into_an_open_window_is_announced_to_end_with_it()
    {
        var gate = Daily(Hour).AnnotateOpen("08:30");
        gate.Look("08:30");
        gate.Decide("08:30").Message.Should().Be("Gate scheduled for closing at 2021-03-26T17:00:00Z");
        gate.Decide("09:15").Message.Should().Be("Gate scheduled for closing at 2021-03-26T17:00:00Z");
        gate.Decide("09:30").Message.Should().Be("Gate opened by window 'day', scheduled for closing at 2021-03-26T17:00:00Z");
    }

    [Fact]
    public void An_open_request_during_a_close_window_opens_the_gate_when_that_has_ended()
    {
        var gate = Daily(TimeSpan.FromHours(3));
        gate.Rules = gate.Rules with { Schedule = new([Close("lunch", "0 12 * * *", "1h")]) };
        gate.AnnotateOpen("12:30").Look("12:30");
        gate.Decide("12:30").Message.Should().Be("Gate closed by window 'lunch', scheduled for opening at 2021-03-26T13:00:00Z");
        gate.Decide("13:00").Message.Should().Be("Gate scheduled for closing at 2021-03-26T15:30:00Z");
    }

    [Fact]
    public void A_revision_inside_an_open_window_narrows_the_gate_to_it()
    {
        var gate = Daily(Hour).AnnotateOpen("10:00", "sha256:11aa");
        gate.Look("10:00");
        gate.State("10:00").Should().Be(GateState.Closed);
        gate.State("10:00", new Candidate("main@sha1:8a1f0c", "sha256:11aa")).Should().Be(GateState.Opened);
        gate.State("11:00").Should().Be(GateState.Opened, "then the window decides again");
    }

    private static WatchedGate Daily(TimeSpan? window) => new() { Rules = Closed(Open("day", "0 9 * * *", "8h")) with { Window = window } };
}
