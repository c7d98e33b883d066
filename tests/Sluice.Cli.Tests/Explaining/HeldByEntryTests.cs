using Sluice.Api.Gated;
using Sluice.Cli.Explaining;

namespace Sluice.Cli.Tests.Explaining;

/// <summary>Not every entry of <c>held-by</c> is a gate's name.</summary>
public sealed class HeldByEntryTests
{
    private const string ByAdmission = "admission (NotDecidedYet)";

    private static readonly (string, string) OfItsGate = (GatedAnnotations.Gates, "flux-system/sre-approval");

    [Fact]
    public void What_is_held_from_its_birth_waits_for_a_controller_and_not_for_a_gate_of_that_name()
    {
        var explanation = Sample.Explain(Sample.Object(true, OfItsGate, (GatedAnnotations.HeldBy, ByAdmission)), Sample.Opened("sre-approval"));
        explanation.State.Should().Be(HoldState.Held);
        explanation.Headline.Should().Be("Kustomization apps/my-app is held by admission: sluice-controller has not looked at it yet.");
        explanation.Gates.Select(gate => gate.Gate).Should().Equal("flux-system/sre-approval");
        explanation.Notes.Should().Equal("sluice-controller asks its gates at once while it runs. If nothing changes within seconds, ask 'sluice check'.");
        explanation.Next.Should().Equal(new NextStep("sluice check", "see whether sluice-controller runs"));
    }

    [Fact]
    public void So_does_what_a_binding_selects_and_what_a_closed_gate_will_hold()
    {
        Sample.Explain(Sample.Object(true, (GatedAnnotations.HeldBy, ByAdmission))).Should().Match<Explanation>(selected =>
            selected.State == HoldState.Held && selected.Gates.IsEmpty && selected.Headline.Contains("by admission") && selected.Next[0].Command == "sluice check");
        var closed = Sample.Explain(Sample.Object(true, (GatedAnnotations.Gates, "flux-system/maintenance"), (GatedAnnotations.HeldBy, ByAdmission)), Sample.OpensAtTen);
        closed.Until.Should().BeNull("there may be bindings, too");
        closed.Next.Select(step => step.Command).Should().Equal("sluice check", "sluice open maintenance -n flux-system --reason TEXT");
    }

    [Theory]
    [InlineData("oneof")]
    [InlineData(" oneOf")]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_requirement_that_cannot_be_read_is_no_gate_and_what_to_write_is_said(string requirement)
    {
        var item = Sample.Object(true, OfItsGate, (GatedAnnotations.Require, requirement), (GatedAnnotations.HeldBy, $"{requirement} (InvalidReference)"));
        var explanation = Sample.Explain(item, Sample.Opened("sre-approval"));
        explanation.State.Should().Be(HoldState.Held, "whatever its gates say");
        explanation.Headline.Should().Be($"Kustomization apps/my-app is held by require={requirement} (unreadable).");
        explanation.Gates.Select(gate => (gate.Gate, gate.Reason)).Should().Equal(("flux-system/sre-approval", "ReconciliationSucceeded"), ($"require={requirement}", "InvalidReference"));
        explanation.Next[0].Should().Be(new NextStep(
            "kubectl annotate --overwrite -n apps kustomization/my-app gating.toolkit.fluxcd.io/require=all",
            $"have all of its gates open, or write oneOf: one that opens is enough then; '{requirement}' is neither"));
    }

    [Fact]
    public void A_requirement_for_gates_that_are_not_named_is_not_looked_at() =>
        Sample.Explain(Sample.Object(false, (GatedAnnotations.Require, "oneof"))).State.Should().Be(HoldState.NotGated);

    [Fact]
    public void A_requirement_can_be_all_in_so_many_words() =>
        Sample.Explain(Sample.Object(false, OfItsGate, (GatedAnnotations.Require, "all")), Sample.Opened("sre-approval")).State.Should().Be(HoldState.NotHeld);
}
