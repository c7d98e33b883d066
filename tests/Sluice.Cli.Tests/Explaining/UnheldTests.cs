using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Cli.Commands;
using Sluice.Cli.Explaining;

namespace Sluice.Cli.Tests.Explaining;

/// <summary>What sluice-controller suspends and cannot hold all the same, as an OCI HelmRepository, is not said to be held.</summary>
public sealed class UnheldTests
{
    private const string Message = "Reconciliation is waiting approval, gate 'flux-system/sre-approval' is closed. NOT HELD: Flux does nothing with it.";

    private static readonly FluxObject Unheld = Sample.Object(
        true,
        (GatedAnnotations.Gates, "flux-system/sre-approval"),
        (GatedAnnotations.HeldBy, "flux-system/sre-approval (GateClosed)"),
        (GatedAnnotations.HeldSince, "2026-03-26T09:42:00Z")).OwnedBy("sluice").Approved("False", "CannotHold", Message);

    [Fact]
    public void It_is_explained_as_not_held_and_is_not_to_be_released_once()
    {
        var explanation = Sample.Explain(Unheld, Sample.Closed);
        explanation.State.Should().Be(HoldState.NotHeldYet);
        explanation.Headline.Should().Be("Kustomization apps/my-app is not held, although its gates do not let it pass: it is suspended, but that stops nothing.");
        (explanation.Since, explanation.Until).Should().Be((null, null));
        explanation.Notes.Should().Equal($"sluice-controller says of it: {Message}");
        explanation.Next.Should().NotContain(step => step.Command.Contains("release-once"));
    }

    [Fact]
    public void While_its_gates_let_it_pass_it_is_to_be_released_as_everything() =>
        Sample.Explain(Unheld, Sample.Opened("sre-approval")).State.Should().Be(HoldState.HeldStill);

    [Fact]
    public void Of_what_a_binding_puts_before_it_it_is_not_said_that_it_holds() =>
        Sample.Explain(Sample.Object(true, (GatedAnnotations.HeldBy, "flux-system/sre-approval (GateClosed)")).OwnedBy("sluice").Approved("False", "CannotHold", Message), Sample.Closed)
            .Notes.Should().Contain("Not named by the object itself, but put before it by a binding: flux-system/sre-approval.");

    [Fact]
    public void The_list_of_what_is_held_marks_it()
    {
        var hold = Hold.Read(Unheld, new Dictionary<Gating.Requirements.GateReference, GateLookup> { [new("flux-system", "sre-approval")] = new(Sample.OpensAtTen) });
        Printed.By(terminal => GetHeldCommand.Table([(Sample.Kustomization, Unheld, hold)], Moment.Now, withNamespace: false, wide: false).Print(terminal)).Should().Be(
            """
            NAME                   HELD BY                                           SINCE   UNTIL
            kustomization/my-app   NOT HELD: flux-system/sre-approval (GateClosed)   35m     -

            """);
    }
}
