using Sluice.Gating.Gates;
using static Sluice.Gating.Tests.WatchedGate;

namespace Sluice.Gating.Tests.Gates;

public sealed class GateDecisionTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact]
    public void A_gate_without_rules_of_its_own_is_closed_by_default()
    {
        new GateRules().Default.Should().Be(GateState.Closed);
        default(GateState).Should().Be(GateState.Closed, "a state that nobody set holds");
        GateDecision.Decide(new(), null, null, At("10:00")).State.Should().Be(GateState.Closed);
    }

    [Fact]
    public void A_spec_that_cannot_be_understood_closes_the_gate_whatever_else_says_opened()
    {
        var gate = OpenedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00");
        gate.Rules = gate.Rules with { Fault = "spec.window: 'soon' is not a duration" };

        gate.Decide("10:01").Should().Be(new GateDecision(GateState.Closed, "InvalidSpec", "spec.window: 'soon' is not a duration", "InvalidSpec", null));
        var closedByDefault = ClosedByDefault(Hour).AnnotateOpen("10:00");
        closedByDefault.Look("10:00");
        closedByDefault.Rules = gate.Rules;
        closedByDefault.State("10:01").Should().Be(GateState.Closed, "a request in force is weaker than a spec that cannot be understood");
    }

    [Fact]
    public void A_mended_spec_gives_the_request_back_that_was_in_force()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00");
        var good = gate.Rules;
        gate.Rules = good with { Fault = "broken" };
        gate.Look("10:10");
        gate.Rules = good;
        gate.Look("10:20").Notices.Should().BeEmpty();

        gate.Decide("10:20").Message.Should().Be("Gate scheduled for closing at 2021-03-26T11:00:00Z");
    }

    [Theory]
    [InlineData(GateState.Closed)]
    [InlineData(GateState.Opened)]
    public void The_end_of_a_request_is_not_part_of_it(GateState byDefault)
    {
        var gate = new WatchedGate { Rules = new() { Default = byDefault, Window = Hour } };
        var asked = byDefault == GateState.Closed ? GateState.Opened : GateState.Closed;
        _ = asked == GateState.Opened ? gate.AnnotateOpen("10:00") : gate.AnnotateClose("10:00");
        gate.Look("10:00");

        Decide(At("10:00")).Should().Be(asked, "the first instant belongs to the request");
        Decide(At("11:00") - Tick).Should().Be(asked, "the instant before the end belongs to it");
        Decide(At("11:00")).Should().Be(byDefault, "the end does not");
        Decide(At("11:00") + Tick).Should().Be(byDefault);

        GateState Decide(DateTimeOffset now) => GateDecision.Decide(gate.Rules, gate.Current, null, now).State;
    }

    [Theory]
    [InlineData(GateState.Closed, "Gate open requested")]
    [InlineData(GateState.Opened, "Gate close requested")]
    public void Without_a_window_a_request_lasts_until_the_opposite_one(GateState byDefault, string message)
    {
        var gate = new WatchedGate { Rules = new() { Default = byDefault } };
        _ = byDefault == GateState.Closed ? gate.AnnotateOpen("10:00") : gate.AnnotateClose("10:00");
        gate.Look("10:00");
        gate.Current!.ResetAt.Should().BeNull();

        var decision = gate.Decide("2121-03-26T10:00:00Z");
        decision.Message.Should().Be(message, "a hundred years are not the opposite request");
        decision.State.Should().NotBe(byDefault);
        decision.Next.Should().BeNull("nothing is known to end it");

        _ = byDefault == GateState.Closed ? gate.AnnotateClose("10:30") : gate.AnnotateOpen("10:30");
        gate.Look("10:30");
        gate.State("10:30").Should().Be(byDefault);
    }

    [Fact]
    public void A_window_that_reaches_past_the_end_of_time_has_no_end()
    {
        var gate = ClosedByDefault(TimeSpan.MaxValue).AnnotateOpen("10:00");
        gate.Look("10:00");

        gate.Current!.ResetAt.Should().BeNull();
        gate.Decide("2999-01-01T00:00:00Z").Should().Be(new GateDecision(GateState.Opened, "ReconciliationSucceeded", "Gate open requested", "Requested", null));
    }

    [Fact]
    public void A_window_lengthened_later_never_re_opens_a_run_out_request()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00");
        gate.Look("11:00");
        gate.Rules = gate.Rules with { Window = TimeSpan.FromHours(24) };

        gate.Look("11:30").Notices.Should().BeEmpty();
        gate.State("11:30").Should().Be(GateState.Closed);
        gate.Rules = gate.Rules with { Window = null };
        gate.Look("11:40");
        gate.State("11:40").Should().Be(GateState.Closed);
    }

    [Fact]
    public void A_window_changed_during_a_request_changes_the_next_one_only()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00");
        gate.Rules = gate.Rules with { Window = TimeSpan.FromMinutes(10) };
        gate.Look("10:30");
        gate.Decide("10:30").Next!.At.Should().Be(At("11:00"));

        gate.AnnotateOpen("10:40").Look("10:40");
        gate.Decide("10:40").Next!.At.Should().Be(At("10:50"));
    }

    [Fact]
    public void A_default_changed_later_never_re_opens_a_run_out_request()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00");
        gate.Rules = gate.Rules with { Default = GateState.Opened };
        gate.Look("11:30");
        gate.Rules = gate.Rules with { Default = GateState.Closed };
        gate.Look("11:40");

        gate.State("11:40").Should().Be(GateState.Closed);
    }

    [Fact]
    public void A_request_back_to_a_default_that_has_changed_since_leaves_the_gate_to_the_new_default()
    {
        var gate = ClosedByDefault(Hour).AnnotateClose("10:00");
        gate.Look("10:00");
        gate.Rules = gate.Rules with { Default = GateState.Opened };

        gate.Decide("10:30").Message.Should().Be("Gate opened by default");
        gate.State("10:30").Should().Be(GateState.Opened);
    }

    [Fact]
    public void A_request_for_what_has_become_the_default_announces_no_change()
    {
        var gate = ClosedByDefault(Hour).AnnotateOpen("10:00");
        gate.Look("10:00");
        gate.Rules = gate.Rules with { Default = GateState.Opened };

        gate.Decide("10:30").Should().Be(
            new GateDecision(GateState.Opened, "ReconciliationSucceeded", "Gate open requested", "Requested", null) { Until = At("11:00") }, "what it says changes then");
        gate.Decide("11:30").State.Should().Be(GateState.Opened);
    }
}
