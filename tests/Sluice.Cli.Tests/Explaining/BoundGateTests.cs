using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Cli.Explaining;

namespace Sluice.Cli.Tests.Explaining;

/// <summary>What bindings put before an object, of which only <c>held-by</c> and <c>Approved</c> tell.</summary>
public sealed class BoundGateTests
{
    private static readonly (string, string)[] WithBypass = [(GatedAnnotations.Gates, "flux-system/bypass,flux-system/freeze"), (GatedAnnotations.Require, "oneOf")];

    [Fact]
    public void A_closed_gate_that_holds_though_another_of_the_objects_own_is_enough_is_wanted_by_a_binding()
    {
        var item = Sample.Object(true, [.. WithBypass, (GatedAnnotations.HeldBy, "flux-system/freeze (GateClosed)")]);
        var explanation = Sample.Explain(item, Sample.Opened("bypass"), OpensAt("freeze", "04:00"));
        explanation.State.Should().Be(HoldState.Held);
        explanation.Headline.Should().Be("Kustomization apps/my-app is held by flux-system/freeze (closed).");
        explanation.Until.Should().Be(Moment.At("2026-03-27T04:00:00Z"));
        explanation.Notes.Should().Contain("Not only named by the object itself, but put before it by a binding, so that no other gate makes up for it: flux-system/freeze.");
        explanation.Next[0].Command.Should().Be("sluice open freeze -n flux-system --reason TEXT");
    }

    [Fact]
    public void When_the_bypass_has_only_just_opened_it_is_enough()
    {
        var item = Sample.Object(true, [.. WithBypass, (GatedAnnotations.HeldBy, "flux-system/bypass (GateClosed), flux-system/freeze (GateClosed)")]);
        Sample.Explain(item, Sample.Opened("bypass"), OpensAt("freeze", "04:00")).State.Should().Be(HoldState.HeldStill);
    }

    [Fact]
    public void A_gate_that_another_makes_up_for_is_not_among_those_that_hold()
    {
        var item = Sample.Object(true, [.. WithBypass, (GatedAnnotations.HeldBy, "flux-system/nightly (GateClosed)")]);
        Sample.Explain(item, Sample.Opened("bypass"), OpensAt("freeze", "04:00"), OpensAt("nightly", "02:00")).Should().Match<Explanation>(explanation =>
            explanation.Headline == "Kustomization apps/my-app is held by flux-system/nightly (closed)." && explanation.Until == Moment.At("2026-03-27T02:00:00Z"));
    }

    [Fact]
    public void With_a_bindings_gate_beside_them_one_of_the_objects_own_is_still_enough_of_those()
    {
        var item = Sample.Object(true, [.. WithBypass, (GatedAnnotations.HeldBy, "flux-system/bypass (GateClosed), flux-system/freeze (GateClosed), flux-system/nightly (GateClosed)")]);
        Sample.Explain(item, OpensAt("bypass", "06:00"), OpensAt("freeze", "04:00"), OpensAt("nightly", "02:00")).Should().Match<Explanation>(explanation =>
            explanation.Headline == "Kustomization apps/my-app is held by flux-system/nightly (closed), and one of 2 gates must open: flux-system/bypass (closed), flux-system/freeze (closed)."
            && explanation.Until == Moment.At("2026-03-27T04:00:00Z"));
    }

    [Theory]
    [InlineData("02:00", "04:00")]
    [InlineData("06:00", null)]
    public void A_bindings_gate_that_opens_later_than_those_of_the_object_may_not_be_needed_and_so_it_is_not_known_until_when(string bound, string? until)
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/freeze"), (GatedAnnotations.HeldBy, "flux-system/freeze (GateClosed), flux-system/nightly (GateClosed)"));
        var explanation = Sample.Explain(item, OpensAt("freeze", "04:00"), OpensAt("nightly", bound));
        explanation.Until.Should().Be(until is null ? null : Moment.At($"2026-03-27T{until}:00Z"));
        explanation.Notes[0].Should().StartWith(until is null ? "Until when is not known: whether flux-system/freeze (closed), flux-system/nightly (closed) must all open" : "If nobody does anything, it is released at");
    }

    [Fact]
    public void A_binding_that_names_a_gate_that_is_not_there_is_what_has_to_be_corrected_and_not_the_object()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/bypass"), (GatedAnnotations.HeldBy, "flux-system/gone (GateNotFound)"));
        Sample.Explain(item, Sample.Opened("bypass")).Next[0].Should().Be(new NextStep(
            "kubectl get gatebindings,clustergatebindings -A", "find the binding that names 'flux-system/gone', and correct it; or have there be such a gate, which admits namespace 'apps'"));
    }

    [Fact]
    public void Where_bindings_want_several_gates_it_is_not_known_which_of_them_make_up_for_each_other()
    {
        var item = Sample.Object(true, (GatedAnnotations.HeldBy, "flux-system/c (GateClosed), flux-system/d (GateClosed)"));
        var explanation = Sample.Explain(item, OpensAt("c", "02:00"), OpensAt("d", "04:00"));
        explanation.Until.Should().BeNull();
        explanation.Notes[0].Should().Be(
            "Until when is not known: whether flux-system/c (closed), flux-system/d (closed) must all open, or one of them is enough, is in the bindings that put them before it.");
    }

    [Fact]
    public void A_requirement_says_nothing_where_bindings_alone_name_gates() =>
        Sample.Explain(Sample.Object(true, (GatedAnnotations.Require, "oneOf"), (GatedAnnotations.HeldBy, "flux-system/c (GateClosed)")), Sample.Opened("c")).State.Should().Be(HoldState.HeldStill);

    [Fact]
    public void What_a_bindings_opened_gate_lets_pass_is_gated_as_its_condition_says()
    {
        var explanation = Sample.Explain(Sample.Object(false).Approved("True", "GateOpened", "Reconciliation is approved, gate 'flux-system/freeze' is opened."));
        explanation.State.Should().Be(HoldState.NotHeld);
        explanation.Headline.Should().Be("Kustomization apps/my-app is not held: its gates let it pass.");
        explanation.Notes.Should().Equal("sluice-controller says of it: Reconciliation is approved, gate 'flux-system/freeze' is opened.");
        explanation.Next.Should().BeEmpty();
    }

    [Fact]
    public void What_is_not_held_though_its_condition_says_that_it_waits_is_explained_by_that()
    {
        var waiting = Sample.Explain(Sample.Object(false).Approved("False", "GateClosed", "Reconciliation is waiting approval, gate 'flux-system/freeze' is closed."));
        waiting.State.Should().Be(HoldState.NotHeldYet);
        waiting.Headline.Should().Be("Kustomization apps/my-app is not held, although its gates do not let it pass.");
        waiting.Notes.Should().HaveCount(2).And.Contain("sluice-controller says of it: Reconciliation is waiting approval, gate 'flux-system/freeze' is closed.");
        waiting.Next.Should().Equal(new NextStep("sluice check", "see whether sluice-controller runs"));

        var item = Sample.Object(false, (GatedAnnotations.Gates, "flux-system/sre-approval")).Approved("False", "CannotHold", "Reconciliation is waiting approval. NOT HELD: no spec.suspend.");
        Sample.Explain(item, Sample.Closed).Should().Match<Explanation>(cannot =>
            cannot.Headline == "Kustomization apps/my-app is not held, although its gates do not let it pass."
            && cannot.Notes.Single() == "sluice-controller says of it: Reconciliation is waiting approval. NOT HELD: no spec.suspend.");
    }

    private static Gate OpensAt(string name, string time) => Sample.Gate(
        name, false, "Gate closed by default", new NextTransition { At = Moment.At($"2026-03-27T{time}:00Z"), To = "opened", Reason = "RequestExpired" });
}
