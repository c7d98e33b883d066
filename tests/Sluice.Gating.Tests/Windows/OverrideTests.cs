using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using static Sluice.Gating.Tests.WatchedGate;
using static Sluice.Gating.Tests.Windows.Written;

namespace Sluice.Gating.Tests.Windows;

/// <summary><c>open.gate.fluxcd.io/override</c>: an emergency opens a gate against its windows, with a reason, and for a while.</summary>
public sealed class OverrideTests
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    [Fact]
    public void An_override_opens_the_gate_against_a_close_window_and_ends_with_the_gates_window()
    {
        var gate = Frozen(HalfHour);
        Override(gate, "10:00", "INC-4711");
        gate.Look("10:00").Notices.Should().ContainSingle().Which.Should().Be(new RequestNotice(
            RequestOutcome.Overriding, GateState.Opened, "The open request of 2021-03-26T10:00:00Z overrides every window until 2021-03-26T10:30:00Z: INC-4711"));

        gate.Decide("10:00").Should().Be(new GateDecision(
            GateState.Opened, "Overridden", "Gate opened by an emergency override until 2021-03-26T10:30:00Z: INC-4711", "Overridden",
            new Transition(WatchedGate.At("10:30"), GateState.Closed, "OverrideExpired"))
        {
            Until = WatchedGate.At("10:30"),
        });
        gate.Decide("10:30").Reason.Should().Be("CloseWindow");
    }

    [Fact]
    public void Without_a_window_an_override_lasts_an_hour()
    {
        var gate = Frozen();
        Override(gate, "10:00", "INC-4711");
        gate.Look("10:00");
        gate.State("10:59").Should().Be(GateState.Opened);
        gate.State("11:00").Should().Be(GateState.Closed);
    }

    [Fact]
    public void An_override_ends_where_the_gate_is_opened_by_default_too()
    {
        var gate = OpenedByDefault();
        gate.Rules = gate.Rules with { Schedule = new([Close("night", "0 12 * * *", "3h")]) };
        Override(gate, "11:30", "INC-4711");
        gate.Look("11:30");
        gate.Current!.ResetAt.Should().Be(WatchedGate.At("12:30"));
        gate.Decide("11:30").Message.Should().Be("Gate opened by an emergency override until 2021-03-26T12:30:00Z: INC-4711");
        gate.State("12:00").Should().Be(GateState.Opened);
        gate.State("12:30").Should().Be(GateState.Closed, "the close window goes on after the override");
    }

    [Fact]
    public void A_window_without_an_end_in_time_does_not_make_an_override_without_end()
    {
        var gate = Frozen(TimeSpan.MaxValue);
        Override(gate, "10:00", "INC-4711");
        gate.Look("10:00").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Overriding);
        gate.Decide("10:00").Reason.Should().Be("Overridden");
        gate.Current!.ResetAt.Should().NotBeNull("an override always ends");
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void An_override_without_a_reason_opens_nothing(string reason)
    {
        var gate = Frozen();
        Override(gate, "10:00", reason);
        var result = gate.Look("10:00");
        result.Unreadable.Should().Be("open.gate.fluxcd.io/override: an override needs a reason; give one, with a new open.gate.fluxcd.io/requestedAt");
        gate.State("10:00").Should().Be(GateState.Closed);
        gate.Current.Should().BeNull();
    }

    [Fact]
    public void A_plain_open_request_does_not_open_a_gate_that_a_window_closes()
    {
        var gate = Frozen(HalfHour).AnnotateOpen("10:00");
        gate.Look("10:00").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Taken);
        gate.Decide("10:00").Message.Should().Be("Gate closed by window 'freeze'");
    }

    [Fact]
    public void An_override_left_behind_makes_no_override_of_the_next_request()
    {
        var gate = Frozen(HalfHour);
        Override(gate, "10:00", "INC-4711");
        gate.Look("10:00");
        gate.AnnotateOpen("11:00").Look("11:00").Notices.Should().Equal(
            new RequestNotice(RequestOutcome.Taken, GateState.Opened, "The open request of 2021-03-26T11:00:00Z is taken"),
            new RequestNotice(
                RequestOutcome.NotOverriding, GateState.Opened,
                "The open request of 2021-03-26T11:00:00Z is a plain one: its open.gate.fluxcd.io/override was left behind by an earlier request; to override again, give another reason and a new stamp"));
        gate.State("11:00").Should().Be(GateState.Closed);

        Override(gate, "11:10", "INC-4712");
        gate.Look("11:10").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Overriding, "another reason is another override");
        gate.State("11:10").Should().Be(GateState.Opened);
    }

    [Fact]
    public void An_override_that_was_taken_away_can_be_given_again_with_the_same_reason()
    {
        var gate = Frozen(HalfHour);
        Override(gate, "10:00", "INC-4711");
        gate.Look("10:00");
        gate.StripAnnotations().Look("10:40");
        Override(gate, "11:00", "INC-4711");
        gate.Look("11:00");
        gate.State("11:00").Should().Be(GateState.Opened);
    }

    [Fact]
    public void An_override_beside_a_stamp_that_was_taken_already_is_warned_about_and_opens_nothing()
    {
        var gate = Frozen(HalfHour).AnnotateOpen("10:00");
        gate.Look("10:00").Warning.Should().BeNull();
        Override(gate, "10:00", "INC-4711");
        var late = gate.Look("10:01");
        late.Warning.Should().Be("open.gate.fluxcd.io/override has no effect yet: an override is an open request, which needs a new open.gate.fluxcd.io/requestedAt beside it");
        late.Notices.Should().BeEmpty();
        gate.Look("10:02").Warning.Should().Be(late.Warning, "it still stands there");
        gate.State("10:02").Should().Be(GateState.Closed);

        gate.AnnotateOpen("10:03").Look("10:03").Warning.Should().BeNull();
        gate.State("10:03").Should().Be(GateState.Opened);
    }

    [Fact]
    public void A_later_close_request_ends_an_override()
    {
        var gate = Frozen(HalfHour);
        Override(gate, "10:00", "INC-4711");
        gate.Look("10:00");
        gate.AnnotateClose("10:05").Look("10:05");
        gate.State("10:05").Should().Be(GateState.Closed);
    }

    [Fact]
    public void An_override_for_one_revision_opens_the_gate_for_that_one_alone()
    {
        var gate = Frozen(HalfHour);
        gate.AnnotateOpen("10:00", "sha256:11aa");
        gate.Annotations = gate.Annotations with { OpenOverride = "INC-4711" };
        gate.Look("10:00");
        gate.State("10:00", new Candidate("main@sha1:8a1f0c", "sha256:11aa")).Should().Be(GateState.Opened);
        gate.State("10:00", new Candidate("main@sha1:9b2e1d", "sha256:22bb")).Should().Be(GateState.Closed);
        gate.State("10:00").Should().Be(GateState.Closed);
    }

    private static WatchedGate Frozen(TimeSpan? window = null) =>
        new() { Rules = Closed(CloseOnce("freeze", "2021-03-01T00:00:00Z", "2021-04-01T00:00:00Z")) with { Window = window } };

    private static void Override(WatchedGate gate, string stamp, string reason)
    {
        gate.AnnotateOpen(stamp);
        gate.Annotations = gate.Annotations with { OpenOverride = reason };
    }
}
