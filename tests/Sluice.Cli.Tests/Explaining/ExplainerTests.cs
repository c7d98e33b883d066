using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Cli.Explaining;

namespace Sluice.Cli.Tests.Explaining;

public sealed class ExplainerTests
{
    private const string Both = "flux-system/sre-approval,flux-system/maintenance";

    private static readonly (string, string)[] Held =
    [
        (GatedAnnotations.Gates, Both),
        (GatedAnnotations.HeldBy, "flux-system/sre-approval (GateClosed)"),
        (GatedAnnotations.HeldSince, "2026-03-26T09:42:00Z"),
    ];

    [Fact]
    public void A_held_object_is_explained_with_its_gates_and_the_commands_that_release_it() =>
        Sample.Text(Sample.Object(true, Held).OwnedBy("sluice"), Sample.Closed, Sample.Opened("maintenance")).Should().Be(
            """
            Kustomization apps/my-app is held since 2026-03-26T09:42:00Z (35m ago) by flux-system/sre-approval (closed).

              GATE                       STATE    SINCE   NEXT   MESSAGE
              flux-system/sre-approval   Closed   17m     -      Gate closed by default
              flux-system/maintenance    Opened   17m     -      Gate opened by default

            It stays held until somebody opens what is closed: no transition is scheduled that would release it.

            What to do:
              sluice open sre-approval -n flux-system --reason TEXT
                  open the gate
              sluice release-once kustomization/my-app -n apps
                  let it reconcile once, and hold it again

            """);

    [Fact]
    public void Until_when_is_said_where_the_gate_opens_by_itself() =>
        Sample.Text(
            Sample.Object(true, (GatedAnnotations.Gates, "flux-system/maintenance"), (GatedAnnotations.HeldBy, "flux-system/maintenance (GateClosed)")),
            Sample.OpensAtTen).Should().Be(
            """
            Kustomization apps/my-app is held by flux-system/maintenance (closed).

              GATE                      STATE    SINCE   NEXT            MESSAGE
              flux-system/maintenance   Closed   17m     opened in 23h   Gate scheduled for opening at 2026-03-27T10:00:00Z

            If nobody does anything, it is released at 2026-03-27T10:00:00Z (in 23h).

            What to do:
              sluice open maintenance -n flux-system --reason TEXT
                  open the gate now; it opens by itself in 23h
              sluice release-once kustomization/my-app -n apps
                  let it reconcile once, and hold it again

            """);

    [Fact]
    public void What_keeps_an_object_suspended_after_the_hold_is_said()
    {
        var item = Sample.Object(true, [.. Held, (GatedAnnotations.KeepSuspended, "database migration"), (GatedAnnotations.SuspendedBy, "jane")]).OwnedBy("sluice", "flux");
        var explanation = Sample.Explain(item, Sample.Closed, Sample.Opened("maintenance"));
        explanation.Notes.Skip(1).Should().Equal(
            "It is to be kept suspended: \"database migration\" (gating.toolkit.fluxcd.io/keep-suspended); it stays suspended when its gates open.",
            "'jane' has suspended it in Flux Operator's web page; it stays suspended when its gates open.",
            "spec.suspend is also set by field manager 'flux', which wrote last at 2026-03-26T10:00:00Z (17m ago); it stays suspended when its gates open.");
        explanation.Next[^1].Should().Be(new NextStep("sluice resume kustomization/my-app -n apps", "have it go on when its gates open"));
    }

    [Fact]
    public void An_annotation_that_is_there_and_names_no_gate_holds_and_what_to_do_about_it_is_said()
    {
        var explanation = Sample.Explain(Sample.Object(true, (GatedAnnotations.Gates, ""), (GatedAnnotations.HeldBy, "(empty) (InvalidReference)")));
        explanation.State.Should().Be(HoldState.Held);
        explanation.Next[0].Should().Be(new NextStep("kubectl annotate --overwrite -n apps kustomization/my-app gating.toolkit.fluxcd.io/gates=GATE", "name a gate, or remove the annotation"));
    }

    [Fact]
    public void An_object_that_names_no_gates_is_not_gated()
    {
        var explanation = Sample.Explain(Sample.Object(false));
        explanation.State.Should().Be(HoldState.NotGated);
        explanation.Headline.Should().Be("Kustomization apps/my-app is not gated: it names no gates.");
        explanation.Next.Should().ContainSingle().Which.Command.Should().Be("kubectl annotate -n apps kustomization/my-app gating.toolkit.fluxcd.io/gates=GATE");
    }

    [Fact]
    public void An_object_that_a_person_suspended_is_not_called_held()
    {
        var explanation = Sample.Explain(Sample.Object(true, (GatedAnnotations.Gates, "flux-system/maintenance")).OwnedBy("flux"), Sample.Opened("maintenance"));
        explanation.Headline.Should().Be("Kustomization apps/my-app is not held: its gates let it pass, but it is suspended.");
        explanation.Notes.Should().ContainSingle().Which.Should().Be(
            "spec.suspend is set by field manager 'flux', which wrote last at 2026-03-26T10:00:00Z (17m ago); that has nothing to do with its gates.");
        explanation.Next.Should().Equal(new NextStep("sluice resume kustomization/my-app -n apps", "have it go on"));
    }

    [Fact]
    public void Opened_gates_hold_nothing()
    {
        var explanation = Sample.Explain(Sample.Object(false, (GatedAnnotations.Gates, "flux-system/maintenance")), Sample.Opened("maintenance"));
        explanation.State.Should().Be(HoldState.NotHeld);
        explanation.Next.Should().BeEmpty();
    }

    [Fact]
    public void A_closed_gate_without_a_hold_points_to_the_controller()
    {
        var explanation = Sample.Explain(Sample.Object(false, (GatedAnnotations.Gates, "flux-system/sre-approval")), Sample.Closed);
        explanation.State.Should().Be(HoldState.NotHeldYet);
        explanation.Notes.Should().Contain("sluice-controller holds it at once while it runs. If nothing changes within seconds, ask 'sluice check'.");
    }

    [Fact]
    public void A_hold_that_outlives_its_gates_points_to_the_controller()
    {
        var explanation = Sample.Explain(Sample.Object(true, Held), Sample.Opened("sre-approval"), Sample.Opened("maintenance"));
        explanation.State.Should().Be(HoldState.HeldStill);
        explanation.Next.Should().Equal(new NextStep("sluice check", "see whether sluice-controller runs"));
    }

    [Fact]
    public void A_missing_gate_a_stalled_one_and_an_unreadable_name_each_say_what_to_correct()
    {
        var stalled = Sample.Gate("maintenance", false, "", stalled: "spec.window: '0s' is not a window");
        var explanation = Sample.Explain(Sample.Object(true, (GatedAnnotations.Gates, "gone,flux-system/maintenance,Not_A_Name"), (GatedAnnotations.HeldBy, "apps/gone (GateNotFound)")), stalled);
        explanation.Gates.Select(gate => (gate.Gate, gate.State)).Should().Equal(("apps/gone", "Missing"), ("flux-system/maintenance", "Stalled"), ("Not_A_Name", "Missing"));
        explanation.Next.Select(step => step.Effect).Should().StartWith(
        [
            "name a gate that exists, or create 'apps/gone'; correct 'Not_A_Name'",
            "correct the gate: spec.window: '0s' is not a window",
        ]);
    }

    [Fact]
    public void A_gate_that_denies_access_is_the_gates_owner_to_change()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/maintenance"), (GatedAnnotations.HeldBy, "flux-system/maintenance (AccessDenied)"));
        var explanation = Sample.Explain(item, Sample.Opened("maintenance"));
        explanation.Gates.Should().ContainSingle().Which.State.Should().Be("Denied");
        explanation.Next[0].Should().Be(new NextStep("kubectl edit -n flux-system gate/maintenance", "have its spec.accessFrom admit namespace 'apps'"));
    }

    [Fact]
    public void A_gate_elsewhere_of_which_neither_Sluice_nor_the_readers_rights_tell_whether_it_exists_may_be_misnamed_or_not_admit_them()
    {
        var explanation = ExplainDenied(new(null, "you may not read this gate"));
        explanation.Gates.Should().ContainSingle().Which.Should().Match<GateFinding>(gate =>
            gate.State == "Denied" && gate.Reason == "AccessDenied" && gate.Message == "there is no such gate, or it does not admit this namespace");
        explanation.Next[0].Should().Be(new NextStep(
            "kubectl annotate --overwrite -n apps kustomization/my-app gating.toolkit.fluxcd.io/gates=GATE",
            "correct the name, or ask whoever administers namespace 'flux-system' for a gate 'maintenance' whose spec.accessFrom admits namespace 'apps'"));
    }

    [Fact]
    public void A_reader_who_may_read_a_gate_elsewhere_is_told_that_it_does_not_exist() =>
        ExplainDenied(new(null)).Gates.Should().ContainSingle().Which.State.Should().Be("Missing");

    private static Explanation ExplainDenied(Cluster.GateLookup lookup) => new Explainer("sluice", Moment.Now).Explain(
        Sample.Kustomization,
        Sample.Object(true, (GatedAnnotations.Gates, "flux-system/maintenance"), (GatedAnnotations.HeldBy, "flux-system/maintenance (AccessDenied)")),
        new Dictionary<Gating.Requirements.GateReference, Cluster.GateLookup> { [new("flux-system", "maintenance")] = lookup });

    [Fact]
    public void With_oneOf_the_first_gate_that_opens_ends_the_hold()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, Both), (GatedAnnotations.Require, "oneOf"),
            (GatedAnnotations.HeldBy, "flux-system/sre-approval (GateClosed), flux-system/maintenance (GateClosed)"));
        var explanation = Sample.Explain(item, Sample.Closed, Sample.OpensAtTen);
        explanation.Until.Should().Be(Moment.At("2026-03-27T10:00:00Z"));
        explanation.Headline.Should().Contain("one of 2 gates must open");
        Sample.Explain(item, Sample.Closed, Sample.Opened("maintenance")).State.Should().Be(HoldState.HeldStill, "one opened gate is enough");
    }

    [Fact]
    public void With_all_a_gate_without_a_transition_leaves_the_end_unknown() =>
        Sample.Explain(Sample.Object(true, Held), Sample.Closed, Sample.OpensAtTen).Until.Should().BeNull();

    [Fact]
    public void A_gate_that_the_object_does_not_name_but_that_holds_it_is_shown()
    {
        var item = Sample.Object(true, (GatedAnnotations.HeldBy, "flux-system/sre-approval (GateClosed)"));
        var explanation = Sample.Explain(item, Sample.Closed);
        explanation.State.Should().Be(HoldState.Held);
        explanation.Notes.Should().Contain("Not named by the object itself, but holding it: flux-system/sre-approval.");
    }

    [Fact]
    public void A_one_shot_release_is_told_from_a_hold() =>
        Sample.Explain(Sample.Object(false, [.. Held, (GatedAnnotations.ReleasingOnce, "1")]), Sample.Closed, Sample.Opened("maintenance"))
            .State.Should().Be(HoldState.ReleasedOnce);

    [Fact]
    public void A_gate_that_its_reader_may_not_see_is_unknown_and_not_missing()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/sre-approval"), (GatedAnnotations.HeldBy, "flux-system/sre-approval (GateClosed)"));
        var lookups = new Dictionary<Gating.Requirements.GateReference, Cluster.GateLookup>
        {
            [new("flux-system", "sre-approval")] = new(null, "you may not read this gate"),
        };
        new Explainer("sluice", Moment.Now).Explain(Sample.Kustomization, item, lookups).Gates.Should().ContainSingle().Which.State.Should().Be("Unknown");
    }

    [Fact]
    public void Programs_get_the_same_as_JSON()
    {
        var json = ExplanationPrinter.ToJson(Sample.Explain(Sample.Object(true, Held), Sample.Closed, Sample.OpensAtTen));
        ((string?)json["state"]).Should().Be("Held");
        ((string?)json["since"]).Should().Be("2026-03-26T09:42:00Z");
        ((string?)json["gates"]![1]!["nextTransition"]!["at"]).Should().Be("2026-03-27T10:00:00Z");
        ((string?)json["next"]![0]!["command"]).Should().Be("sluice open sre-approval -n flux-system --reason TEXT");
    }

    [Fact]
    public void A_gate_within_its_margin_holds_what_names_it()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/maintenance"), (GatedAnnotations.HeldBy, "flux-system/maintenance (GateClosing)"));
        var explanation = Sample.Explain(item, Sample.Closing with { Spec = new GateSpec { Window = "1h" } });
        explanation.State.Should().Be(HoldState.Held);
        explanation.Headline.Should().Be("Kustomization apps/my-app is held by flux-system/maintenance (closing).");
        explanation.Notes[0].Should().Be("It stays held when its gate closes: nothing new is released within the margin before that.");
        explanation.Next[0].Should().Be(new NextStep("sluice open maintenance -n flux-system --reason TEXT", "ask for it to stay open for its spec.window, beyond the end of the open window"));
        Sample.Explain(Sample.Object(false, (GatedAnnotations.Gates, "flux-system/maintenance")), Sample.Closing).State.Should().Be(HoldState.NotHeldYet, "the controller holds it within the margin");
    }

    [Fact]
    public void A_reason_of_a_later_release_is_told_as_it_is()
    {
        var item = Sample.Object(true, (GatedAnnotations.Gates, "flux-system/maintenance"), (GatedAnnotations.HeldBy, "flux-system/maintenance (SomethingNew)"));
        var explanation = Sample.Explain(item, Sample.Opened("maintenance"));
        explanation.State.Should().Be(HoldState.Held);
        explanation.Notes.Should().Contain("flux-system/maintenance holds it for 'SomethingNew', a reason that this sluice does not know: it may be older than sluice-controller.");
        explanation.Next[0].Command.Should().Be("kubectl describe -n flux-system gate/maintenance");
    }

    [Fact]
    public void A_close_window_is_named_with_its_end_and_is_overridden_not_opened()
    {
        var freeze = new GateWindow { Name = "freeze", Action = "close", Start = "2026-03-25T00:00:00Z", End = "2026-03-28T00:00:00Z", Description = "quarter's end" };
        var nightly = new GateWindow { Name = "nightly", Action = "open", Cron = "0 2 * * *", Duration = "3h" };
        Sample.ExplainWindows("CloseWindow", "Gate closed by window 'freeze'", freeze, nightly).Should().Match<Explanation>(explanation =>
            explanation.Notes.Contains("Gate flux-system/maintenance: close window 'freeze' is active until 2026-03-28T00:00:00Z (in 37h) (quarter's end).")
            && explanation.Notes.Contains("Gate flux-system/maintenance: window 'nightly' starts at 2026-03-28T02:00:00Z (in 39h).")
            && explanation.Next[0].Command == "sluice open maintenance -n flux-system --override --reason TEXT");
        Sample.ExplainWindows("ReconciliationSucceeded", "Gate closed by default", nightly).Notes.Should().Contain(
            "Gate flux-system/maintenance: window 'nightly' starts at 2026-03-27T02:00:00Z (in 15h).");
    }
}
