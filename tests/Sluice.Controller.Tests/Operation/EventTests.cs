using System.Text.Json;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Notifications;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Operation;

/// <summary>People are told: by Kubernetes Events, and by Flux's notification-controller.</summary>
public sealed class EventTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Fact]
    public async Task Every_transition_hold_and_release_is_an_Event_and_a_Flux_event_that_says_gate_reason_and_who()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
        await cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "app", "gate");
        await using var peer = await NotificationPeer.StartAsync();
        await using var controller = await cluster.StartControllerAsync($"--events-addr={peer.Address}");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app");
        await cluster.PatchAsync(
            FluxResources.Gate, ns, "gate",
            $$$"""{"metadata": {"annotations": {"open.gate.fluxcd.io/requestedAt": "{{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}}}", "open.gate.fluxcd.io/reason": "tests are green"} } }""", "jane");
        await cluster.UntilReleasedAsync(FluxResources.Kustomization, ns, "app");
        var closing = (await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!["status"]!["nextTransition"]!["at"];
        await cluster.CloseAsync(ns, "gate");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app");

        var posted = new List<JsonElement>();
        while (posted.Count < 5)
        {
            posted.Add(await peer.NextAsync());
        }

        posted.Select(flux => $"{flux.GetProperty("involvedObject").GetProperty("kind").GetString()} {flux.GetProperty("reason").GetString()} {flux.GetProperty("severity").GetString()}")
            .Should().BeEquivalentTo(["Kustomization Held info", "Gate GateOpened info", "Kustomization Released info", "Gate GateClosed info", "Kustomization Held info"]);
        posted.Should().AllSatisfy(flux => flux.GetProperty("reportingController").GetString().Should().Be("sluice-controller"));
        posted.Single(flux => flux.GetProperty("reason").GetString() == "GateOpened").GetProperty("message").GetString().Should().Contain("tests are green");
        posted.Select(SaidInMetadata).Should().BeEquivalentTo(
            [
                $"Held: GateClosed, gate {ns}/gate, by nobody",
                $"GateOpened: Requested, gate {ns}/gate, by manager:jane",
                $"Released: GateOpened, gate {ns}/gate, by manager:jane",
                $"GateClosed: Requested, gate {ns}/gate, by manager:tester",
                $"Held: GateClosed, gate {ns}/gate, by manager:tester",
            ],
            "of a gate somebody asked something, and what it lets pass or holds by that is so by them; by its default it is by nobody");

        var events = await Eventually.GivesAsync(
            "all five are Events", () => cluster.Kubectl.RunAsync("-n", ns, "get", "events", "-o", """jsonpath={range .items[*]}{.involvedObject.kind} {.reason} {.type}: {.message}{.metadata.annotations}{"\n"}{end}"""),
            text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 5);
        events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Should().BeEquivalentTo(
            [
                $$"""Kustomization Held Normal: Held: Reconciliation is waiting approval, gate '{{ns}}/gate' is closed. What Flux has begun it finishes{"gating.toolkit.fluxcd.io/gate-states":"{{ns}}/gate=closed (GateClosed)"}""",
                $$"""Gate GateOpened Normal: Gate scheduled for closing at {{closing}}: tests are green (by manager:jane){"gating.toolkit.fluxcd.io/gate-states":"{{ns}}/gate=opened (Requested)"}""",
                $$"""Kustomization Released Normal: Released: Reconciliation is approved, gate '{{ns}}/gate' is opened. (by manager:jane){"gating.toolkit.fluxcd.io/gate-states":"{{ns}}/gate=opened (Opened)"}""",
                $$"""Gate GateClosed Normal: Gate close requested (by manager:tester){"gating.toolkit.fluxcd.io/gate-states":"{{ns}}/gate=closed (Requested)"}""",
                $$"""Kustomization Held Normal: Held: Reconciliation is waiting approval, gate '{{ns}}/gate' is closed. What Flux has begun it finishes (by manager:tester){"gating.toolkit.fluxcd.io/gate-states":"{{ns}}/gate=closed (GateClosed)"}""",
            ],
            "an Event says it in its message, and what each gate said in its annotations");
    }

    [Fact]
    public async Task What_was_born_held_is_released_by_the_gates_that_it_names()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", """{"default": "opened"}""");
        await cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "app", "gate");
        // As the admission policies leave it: what they have set is owned by nobody.
        await cluster.PatchAsync(
            FluxResources.Kustomization, ns, "app", """{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/held-by": "admission (NotDecidedYet)"} }, "spec": {"suspend": true} }""");
        await cluster.PatchAsync(FluxResources.Kustomization, ns, "app", """{"metadata": {"managedFields": [{}]} }""");
        await using var peer = await NotificationPeer.StartAsync();
        await using var controller = await cluster.StartControllerAsync($"--events-addr={peer.Address}");
        await cluster.UntilReleasedAsync(FluxResources.Kustomization, ns, "app");
        JsonElement flux;
        do
        {
            flux = await peer.NextAsync();
        }
        while (flux.GetProperty("reason").GetString() != "Released");

        SaidInMetadata(flux).Should().Be($"Released: GateOpened, gate {ns}/gate, by nobody");
    }

    /// <summary>What the metadata of a Flux event says, which is what an alert shows.</summary>
    private static string SaidInMetadata(JsonElement flux)
    {
        var metadata = flux.GetProperty("metadata");
        return $"{flux.GetProperty("reason").GetString()}: {Said("reason")}, gate {Said("gate")}, by {Said("by") ?? "nobody"}";

        string? Said(string key) => metadata.TryGetProperty($"event.toolkit.fluxcd.io/{key}", out var text) ? text.GetString() : null;
    }
}
