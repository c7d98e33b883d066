using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Cli.Explaining;

namespace Sluice.Cli.Tests.Explaining;

/// <summary>Gates that let candidates of GatedSources pass and nothing else, and gates that checks keep closed: to open either releases nothing.</summary>
public sealed class NeedsRevisionTests
{
    [Theory]
    [InlineData("ApprovalNeedsRevision", "wants approvals, which are about one revision", "wants no approvals")]
    [InlineData("CheckNeedsRevision", "has a check that is about one revision", "has no check about one revision")]
    public void What_an_opened_gate_holds_since_it_is_no_candidate_stays_held_and_belongs_behind_a_GatedSource(string reason, string why, string otherwise)
    {
        var explanation = Sample.Explain(Held(reason), Sample.Opened("two"));
        explanation.State.Should().Be(HoldState.Held);
        explanation.Headline.Should().Be("Kustomization apps/my-app is held by flux-system/two (needs a GatedSource).");
        explanation.Notes.Should().Equal(
            "It stays held, whatever gate opens.",
            $"flux-system/two {why}: opened or closed, it lets candidates of a GatedSource pass, and nothing else.");
        explanation.Next[0].Should().Be(new NextStep("kubectl explain gatedsource.spec", $"put it behind a GatedSource (docs/reference/gated-source.md), or have a gate before it that {otherwise}"));
    }

    [Theory]
    [InlineData("ApprovalNeedsRevision")]
    [InlineData("CheckNeedsRevision")]
    public void That_such_a_gate_opens_is_not_announced_as_the_end_of_the_hold(string reason)
    {
        var explanation = Sample.Explain(Held(reason), OpensAtTen("two"));
        explanation.Until.Should().BeNull();
        explanation.Notes.Should().NotContain(note => note.Contains("released at"));
        explanation.Next.Should().NotContain(step => step.Command.StartsWith("sluice open"));
    }

    [Fact]
    public void With_oneOf_another_gate_can_still_end_it()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/two,flux-system/maintenance"), (GatedAnnotations.Require, "oneOf"),
            (GatedAnnotations.HeldBy, "flux-system/two (ApprovalNeedsRevision), flux-system/maintenance (GateClosed)"));
        Sample.Explain(item, Sample.Opened("two"), Sample.OpensAtTen).Until.Should().Be(Moment.At("2026-03-27T10:00:00Z"));
    }

    [Fact]
    public void What_is_not_held_yet_is_told_by_the_gates_spec()
    {
        var two = Sample.Opened("two") with { Spec = new GateSpec { Default = "opened", Approvals = new GateApprovals { Required = 2 } } };
        var explanation = Sample.Explain(Sample.Object(false, (GatedAnnotations.Gates, "flux-system/two")), two);
        explanation.State.Should().Be(HoldState.NotHeldYet);
        explanation.Next[0].Command.Should().Be("kubectl explain gatedsource.spec");
    }

    [Theory]
    [InlineData("CheckFailed", "Gate kept closed by check 'error-rate': 0.07 is more than 0.05")]
    [InlineData("CheckPending", "Gate kept closed by check 'error-rate': it has not been answered yet")]
    public void Of_a_gate_that_a_check_keeps_closed_it_is_said_what_the_check_waits_for_and_nobody_is_told_to_open_it(string reason, string message)
    {
        var explanation = Sample.Explain(Held("CheckNotPassed"), Sample.Gate("two", false, message, reason: reason));
        explanation.Notes.Should().Equal(
            "It stays held until what is checked is in order.",
            $"flux-system/two opens by itself when its check passes, and not by being asked: {message}.");
        explanation.Next[0].Should().Be(new NextStep(
            "sluice get gates two -n flux-system", "see whether its check passes by now: sluice-controller asks again by itself, and to open the gate does not help"));
        explanation.Next.Should().NotContain(step => step.Command.StartsWith("sluice open"));
    }

    private static Cluster.FluxObject Held(string reason) =>
        Sample.Object(true, (GatedAnnotations.Gates, "flux-system/two"), (GatedAnnotations.HeldBy, $"flux-system/two ({reason})"));

    private static Gate OpensAtTen(string name) =>
        Sample.Gate(name, false, "Gate closed by default", new NextTransition { At = Moment.At("2026-03-27T10:00:00Z"), To = "opened", Reason = "OpenWindowStarted" });
}
