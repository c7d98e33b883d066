using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Cli.Explaining;

namespace Sluice.Cli.Tests.Explaining;

/// <summary>What is recommended does what it is recommended for, and nothing else.</summary>
public sealed class NextStepsTests
{
    [Fact]
    public void Where_one_of_several_gates_is_misspelt_the_others_stay()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/sre-approval, flux-system/maintenence"), (GatedAnnotations.HeldBy, "flux-system/maintenence (GateNotFound)"));
        Sample.Explain(item, Sample.Opened("sre-approval")).Next[0].Command.Should().Be("kubectl annotate --overwrite -n apps kustomization/my-app gating.toolkit.fluxcd.io/gates=flux-system/sre-approval,GATE");
    }

    [Theory]
    [InlineData(null, "sluice open maintenance -n flux-system --override --reason TEXT")]
    [InlineData("1h", "sluice open maintenance -n flux-system --reason TEXT")]
    public void A_gate_within_its_margin_and_without_a_window_for_requests_stays_open_by_an_override_alone(string? window, string command)
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/maintenance"), (GatedAnnotations.HeldBy, "flux-system/maintenance (GateClosing)"));
        Sample.Explain(item, Sample.Closing with { Spec = new GateSpec { Window = window } }).Next[0].Command.Should().Be(command);
    }

    [Fact]
    public void What_somebody_wants_suspended_is_not_let_through_once()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/sre-approval"), (GatedAnnotations.HeldBy, "flux-system/sre-approval (GateClosed)"), (GatedAnnotations.KeepSuspended, "migration"));
        var steps = Sample.Explain(item, Sample.Closed).Next;
        steps.Should().NotContain(step => step.Command.Contains("release-once"));
        steps[^1].Command.Should().Be("sluice resume kustomization/my-app -n apps");
    }

    [Fact]
    public void Of_what_is_being_deleted_nothing_has_to_be_done()
    {
        var item = Sample.Object(false, (GatedAnnotations.Gates, "flux-system/sre-approval"));
        item = item with { Metadata = item.Metadata with { DeletionTimestamp = Moment.Now } };
        var explanation = Sample.Explain(item, Sample.Closed);
        explanation.Notes.Should().Equal("It is being deleted, and is not held for that: Flux would leave behind what it has deployed.");
        explanation.Next.Should().BeEmpty();
    }

    [Fact]
    public void Where_nothing_is_closed_it_is_not_said_that_somebody_has_to_open_something()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/bypass"), (GatedAnnotations.Require, "oneof"), (GatedAnnotations.HeldBy, "oneof (InvalidReference)"));
        Sample.Explain(item, Sample.Opened("bypass")).Notes[0].Should().Be("It stays held until somebody corrects that.");
    }
}
