using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using static Sluice.Gating.Tests.WatchedGate;

namespace Sluice.Gating.Tests.Gates;

/// <summary>The two examples of Flux's own proposal, with its times and its texts.</summary>
public sealed class ProposalScenarioTests
{
    [Fact]
    public void The_gate_that_closes_by_itself()
    {
        var gate = ClosedByDefault(TimeSpan.FromHours(1));
        gate.Look("09:00").Notices.Should().BeEmpty();
        gate.Decide("09:00").Should().Be(new GateDecision(GateState.Closed, "ReconciliationSucceeded", "Gate closed by default", "Default", null));

        gate.AnnotateOpen("10:00").Look("10:00").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Taken);
        gate.Current!.RequestedAt.Should().Be(At("10:00"));
        gate.Current.ResetAt.Should().Be(At("11:00"));
        gate.Decide("10:00").Should().Be(new GateDecision(
            GateState.Opened, "ReconciliationSucceeded", "Gate scheduled for closing at 2021-03-26T11:00:00Z", "Requested",
            new Transition(At("11:00"), GateState.Closed, "RequestExpired"))
        {
            Until = At("11:00"),
        });

        gate.AnnotateClose("10:10").Look("10:10").Notices.Should().ContainSingle().Which.Outcome.Should().Be(RequestOutcome.Taken);
        gate.Current!.RequestedAt.Should().Be(At("10:10"));
        gate.Current.ResetAt.Should().Be(At("10:10"));
        gate.Decide("10:10").Should().Be(new GateDecision(GateState.Closed, "ReconciliationSucceeded", "Gate close requested", "Requested", null));
    }

    [Fact]
    public void The_gate_that_closes_by_itself_left_alone_closes_when_its_window_has_passed()
    {
        var gate = ClosedByDefault(TimeSpan.FromHours(1)).AnnotateOpen("10:00");
        gate.Look("10:00");

        gate.Look("11:00").Notices.Should().BeEmpty();
        gate.Decide("11:00").Should().Be(new GateDecision(GateState.Closed, "ReconciliationSucceeded", "Gate closed by default", "RequestExpired", null));
        gate.Current!.RequestedAt.Should().Be(At("10:00"), "the status goes on saying what was asked last");
    }

    [Fact]
    public void The_gate_that_opens_by_itself()
    {
        var gate = OpenedByDefault(TimeSpan.FromHours(24));
        gate.Look("09:00");
        gate.Decide("09:00").Should().Be(new GateDecision(GateState.Opened, "ReconciliationSucceeded", "Gate opened by default", "Default", null));

        gate.AnnotateClose("10:00").Look("10:00");
        gate.Current!.ResetAt.Should().Be(At("2021-03-27T10:00:00Z"));
        gate.Decide("10:00").Should().Be(new GateDecision(
            GateState.Closed, "ReconciliationSucceeded", "Gate scheduled for opening at 2021-03-27T10:00:00Z", "Requested",
            new Transition(At("2021-03-27T10:00:00Z"), GateState.Opened, "RequestExpired"))
        {
            Until = At("2021-03-27T10:00:00Z"),
        });

        gate.Decide("2021-03-27T09:59:59Z").State.Should().Be(GateState.Closed);
        gate.Decide("2021-03-27T10:00:00Z").Should().Be(new GateDecision(GateState.Opened, "ReconciliationSucceeded", "Gate opened by default", "RequestExpired", null));
    }

    [Fact]
    public void The_gate_that_opens_by_itself_is_opened_ahead_of_time()
    {
        var gate = OpenedByDefault(TimeSpan.FromHours(24)).AnnotateClose("10:00");
        gate.Look("10:00");

        gate.AnnotateOpen("10:10").Look("10:10");
        gate.Current!.ResetAt.Should().Be(At("10:10"));
        gate.Decide("10:10").Should().Be(new GateDecision(GateState.Opened, "ReconciliationSucceeded", "Gate open requested", "Requested", null));
    }
}
