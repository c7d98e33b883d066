using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Gates;

/// <summary>The proposal's own scenario, on a real API server.</summary>
public sealed class GateStoryTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Fact]
    public async Task A_gate_that_is_closed_by_default_holds_what_names_it_until_it_is_opened_by_annotation()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.Kubectl.ApplyAsync($$$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Gate
            metadata: {name: sre-approval, namespace: {{{ns}}}}
            spec: {interval: 30s, default: closed, window: 1h}
            ---
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: my-app, namespace: {{{ns}}}, annotations: {gating.toolkit.fluxcd.io/gates: sre-approval}}
            spec: {interval: 10m, prune: true, path: ./, sourceRef: {kind: GitRepository, name: app}}
            """);
        await using var controller = await cluster.StartControllerAsync();

        var held = await Eventually.GivesAsync("my-app is held and says why", () => Kustomization(ns), ks => Approved(ks) is not null);
        held!["spec"]!["suspend"]!.GetValue<bool>().Should().BeTrue("the gate is closed by default");
        Approved(held)!["status"]!.GetValue<string>().Should().Be("False");
        Approved(held)!["reason"]!.GetValue<string>().Should().Be("GateClosed");
        Approved(held)!["message"]!.GetValue<string>().Should().Be($"Reconciliation is waiting approval, gate '{ns}/sre-approval' is closed.");

        await cluster.Kubectl.RunAsync("-n", ns, "annotate", "--overwrite", "gate/sre-approval", $"open.gate.fluxcd.io/requestedAt={TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}");

        var released = await Eventually.GivesAsync("my-app is released and says so", () => Kustomization(ns), ks => (string?)Approved(ks)?["status"] == "True");
        released!["spec"]!["suspend"].Should().BeNull("Sluice gives up the field instead of setting it to false");
        released["metadata"]!["annotations"]!["gating.toolkit.fluxcd.io/held-by"].Should().BeNull();
    }

    private Task<JsonNode?> Kustomization(string ns) => cluster.GetAsync(FluxResources.Kustomization, ns, "my-app");

    private static JsonNode? Approved(JsonNode? gated) =>
        (gated?["status"]?["conditions"] as JsonArray)?.FirstOrDefault(condition => (string?)condition?["type"] == "Approved");
}
