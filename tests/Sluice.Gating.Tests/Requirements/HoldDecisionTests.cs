using System.Collections.Immutable;
using CsCheck;
using Sluice.Gating.Requirements;

namespace Sluice.Gating.Tests.Requirements;

public sealed class HoldDecisionTests
{
    private static readonly GateVerdict Opened = new("flux-system/maintenance", VerdictKind.Opened);
    private static readonly GateVerdict Closed = new("flux-system/sre-approval", VerdictKind.GateClosed);
    private static readonly GateVerdict AlsoClosed = new("flux-system/qa-approval", VerdictKind.GateClosed);

    private static readonly Gen<GateVerdict> Verdicts = Gen.Select(
        Gen.OneOf("a/one", "a/two", "b/one"), Gen.Enum<VerdictKind>(), (gate, kind) => new GateVerdict(gate, kind, "why"));

    private static readonly Gen<ImmutableArray<GateGroup>> Groups = Gen.Select(
        Gen.Enum<Require>(), Verdicts.Array[0, 4], (require, verdicts) => new GateGroup(require, [.. verdicts])).Array[0, 4].Select(groups => groups.ToImmutableArray());

    [Fact]
    public void A_closed_gate_holds_in_the_words_of_the_proposal()
    {
        var decision = HoldDecision.Of([new(Require.All, [Closed])]);

        decision.IsApproved.Should().BeFalse();
        decision.Reason.Should().Be("GateClosed");
        decision.Message.Should().Be("Reconciliation is waiting approval, gate 'flux-system/sre-approval' is closed.");
        decision.Blocking.Should().Equal(Closed);
    }

    [Fact]
    public void Who_opened_the_gates_let_it_through_each_once_and_who_closed_them_holds_it()
    {
        var (jane, joe) = (Opened with { By = "jane" }, new GateVerdict("b/two", VerdictKind.Opened) { By = "joe" });
        HoldDecision.Of([new(Require.All, [jane, Opened, joe]), new(Require.All, [jane with { Gate = "b/three" }])]).By.Should().Be("jane, joe");
        HoldDecision.Of([new(Require.All, [Opened])]).By.Should().BeNull("it was opened by a window or its default");
        HoldDecision.Of([new(Require.OneOf, [joe, Closed with { By = "jane" }])]).By.Should().Be("joe", "the other let nothing through");
        HoldDecision.Of([new(Require.All, [jane, Closed])]).By.Should().BeNull("nobody closed the gate that holds it");
        var held = HoldDecision.Of([new(Require.All, [jane, Closed with { By = "tester" }])]);
        held.By.Should().Be("tester");
        held.Openers.Should().BeEmpty();
    }

    [Fact]
    public void An_opened_gate_approves()
    {
        var decision = HoldDecision.Of([new(Require.All, [Opened])]);

        decision.IsApproved.Should().BeTrue();
        decision.Reason.Should().Be("GateOpened");
        decision.Message.Should().Be("Reconciliation is approved, gate 'flux-system/maintenance' is opened.");
        decision.Blocking.Should().BeEmpty();
    }

    [Theory]
    [InlineData(VerdictKind.GateClosed, "", "gate 'ns/g' is closed")]
    [InlineData(VerdictKind.OpenedForRevision, "", "gate 'ns/g' is opened for one revision alone, which needs a GatedSource")]
    [InlineData(VerdictKind.GateStalled, "spec.window: bad", "gate 'ns/g' is stalled (spec.window: bad)")]
    [InlineData(VerdictKind.GateNotFound, "", "gate 'ns/g' does not exist")]
    [InlineData(VerdictKind.AccessDenied, "spec.accessFrom", "gate 'ns/g' is not accessible (spec.accessFrom)")]
    [InlineData(VerdictKind.InvalidReference, "no name", "'ns/g' is not valid (no name)")]
    public void A_gate_that_is_not_opened_counts_as_closed_and_says_why(VerdictKind kind, string detail, string clause)
    {
        foreach (var require in Enum.GetValues<Require>())
        {
            var decision = HoldDecision.Of([new(require, [new("ns/g", kind, detail)])]);

            decision.IsApproved.Should().BeFalse($"{kind} does not let pass with {require}");
            decision.Reason.Should().Be(kind.ToString());
            decision.Message.Should().Be($"Reconciliation is waiting approval, {clause}.");
        }
    }

    [Fact]
    public void With_all_every_gate_that_is_not_opened_is_named_in_the_order_of_the_list()
    {
        var decision = HoldDecision.Of([new(Require.All, [Closed, Opened, AlsoClosed])]);

        decision.Message.Should().Be("Reconciliation is waiting approval, gate 'flux-system/sre-approval' is closed, gate 'flux-system/qa-approval' is closed.");
        decision.Blocking.Should().Equal(Closed, AlsoClosed);
    }

    [Fact]
    public void With_oneOf_one_opened_gate_is_enough_and_none_is_not()
    {
        HoldDecision.Of([new(Require.OneOf, [Closed, Opened])]).IsApproved.Should().BeTrue();
        HoldDecision.Of([new(Require.OneOf, [Closed, AlsoClosed])]).Message.Should().Be(
            "Reconciliation is waiting approval, one of 2 gates must be opened: gate 'flux-system/sre-approval' is closed, gate 'flux-system/qa-approval' is closed.");
    }

    [Fact]
    public void An_applications_oneOf_never_gets_around_the_platforms_gates()
    {
        var application = new GateGroup(Require.OneOf, [Opened, AlsoClosed]);
        var platform = new GateGroup(Require.All, [Closed]);

        foreach (var groups in new ImmutableArray<GateGroup>[] { [application, platform], [platform, application] })
        {
            var decision = HoldDecision.Of(groups);
            decision.IsApproved.Should().BeFalse();
            decision.Message.Should().Be("Reconciliation is waiting approval, gate 'flux-system/sre-approval' is closed.");
            decision.Blocking.Should().Equal([Closed], "the application's own group passes");
        }
    }

    [Theory]
    [InlineData(Require.All)]
    [InlineData(Require.OneOf)]
    public void An_unreadable_reference_never_passes(Require require)
    {
        var decision = HoldDecision.Of([new(require, [Opened, new("SRE Approval", VerdictKind.InvalidReference, "a gate is written name or namespace/name")])]);

        decision.IsApproved.Should().BeFalse();
        decision.Reason.Should().Be("InvalidReference");
        decision.Message.Should().Be("Reconciliation is waiting approval, 'SRE Approval' is not valid (a gate is written name or namespace/name).");
    }

    [Fact]
    public void The_reason_is_the_one_that_somebody_has_most_to_do_about()
    {
        HoldDecision.Of([new(Require.All, [Closed, new("a/b", VerdictKind.GateNotFound)]), new(Require.All, [AlsoClosed])]).Reason.Should().Be("GateNotFound");
    }

    [Fact]
    public void A_gate_that_blocks_in_two_groups_is_named_once()
    {
        var decision = HoldDecision.Of([new(Require.All, [Closed]), new(Require.All, [Closed])]);

        decision.Message.Should().Be("Reconciliation is waiting approval, gate 'flux-system/sre-approval' is closed.");
        decision.Blocking.Should().Equal(Closed);
    }

    [Fact]
    public void An_object_under_no_gate_is_approved_and_says_so()
    {
        foreach (var groups in new ImmutableArray<GateGroup>[] { [], [new(Require.All, [])], [new(Require.OneOf, [])] })
        {
            var decision = HoldDecision.Of(groups);
            decision.IsApproved.Should().BeTrue();
            decision.Message.Should().Be("Reconciliation is approved, no gate is named.");
        }
    }

    [Fact]
    public void All_passes_exactly_when_every_gate_is_opened() =>
        Verdicts.Array[0, 5].Sample(
            verdicts => new GateGroup(Require.All, [.. verdicts]).Passes == !verdicts.Any(v => v.Kind != VerdictKind.Opened), iter: 5_000);

    [Fact]
    public void OneOf_passes_exactly_when_a_gate_is_opened_and_all_of_the_list_can_be_read() =>
        Verdicts.Array[1, 5].Sample(
            verdicts =>
            {
                var kinds = verdicts.Select(v => v.Kind).ToHashSet();
                return new GateGroup(Require.OneOf, [.. verdicts]).Passes == (kinds.Contains(VerdictKind.Opened) && !kinds.Contains(VerdictKind.InvalidReference));
            },
            iter: 5_000);

    [Fact]
    public void An_object_passes_exactly_when_each_of_its_groups_does() =>
        Groups.Sample(
            groups =>
            {
                var decision = HoldDecision.Of(groups);
                var expected = true;
                foreach (var group in groups)
                {
                    expected &= HoldDecision.Of([group]).IsApproved;
                }

                decision.IsApproved.Should().Be(expected);
                decision.Blocking.IsEmpty.Should().Be(expected, "something blocks exactly when it is held");
                decision.Blocking.Distinct().Count(v => v.Kind != VerdictKind.Opened).Should().Be(decision.Blocking.Length, "each is named once, and none is opened");
                decision.Reason.Should().Be(expected ? "GateOpened" : decision.Blocking.Select(v => v.Kind).OrderDescending().FirstOrDefault().ToString());
                decision.Blocking.Where(v => !decision.Message.Contains(v.Clause, StringComparison.Ordinal)).Should().BeEmpty("each blocking gate is named");
            },
            iter: 3_000);

    [Fact]
    public void One_more_group_never_lets_an_object_pass_that_was_held() =>
        Gen.Select(Groups, Groups).Sample(
            (before, more) => HoldDecision.Of(before).IsApproved || !HoldDecision.Of([.. more, .. before]).IsApproved, iter: 5_000);
}
