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
        await cluster.CloseAsync(ns, "gate");
        await cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app");

        var posted = new List<JsonElement>();
        while (posted.Count < 5)
        {
            posted.Add(await peer.NextAsync());
        }

        posted.Select(flux => $"{flux.GetProperty("involvedObject").GetProperty("kind").GetString()} {flux.GetProperty("reason").GetString()} {flux.GetProperty("severity").GetString()}")
            .Should().BeEquivalentTo(["Kustomization Held info", "Gate GateOpened info", "Kustomization Released info", "Gate GateClosed info", "Kustomization Held info"]);
        var opened = posted.Single(flux => flux.GetProperty("reason").GetString() == "GateOpened");
        opened.GetProperty("message").GetString().Should().Contain("tests are green");
        opened.GetProperty("reportingController").GetString().Should().Be("sluice-controller");
        var metadata = opened.GetProperty("metadata");
        metadata.GetProperty("event.toolkit.fluxcd.io/gate").GetString().Should().Be($"{ns}/gate");
        metadata.GetProperty("event.toolkit.fluxcd.io/reason").GetString().Should().Be("GateOpened");
        metadata.GetProperty("event.toolkit.fluxcd.io/by").GetString().Should().Be("manager:jane");

        var events = await Eventually.GivesAsync(
            "all five are Events", () => cluster.Kubectl.RunAsync("-n", ns, "get", "events", "-o", """jsonpath={range .items[*]}{.involvedObject.kind} {.reason} {.type}{"\n"}{end}"""),
            text => text.Contains("GateClosed", StringComparison.Ordinal) && text.Contains("Released", StringComparison.Ordinal));
        events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Should().BeEquivalentTo(
            ["Kustomization Held Normal", "Gate GateOpened Normal", "Kustomization Released Normal", "Gate GateClosed Normal"]);
    }
}
