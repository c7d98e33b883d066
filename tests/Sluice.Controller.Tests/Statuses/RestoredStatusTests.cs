using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Statuses;

/// <summary>A status that somebody else has written, as from a backup, is taken for what it says, and does not outlast that.</summary>
public sealed class RestoredStatusTests(Cluster cluster) : IClassFixture<Cluster>
{
    private const string Velero = "velero-server";

    private static readonly ApiResource Binding = new("gating.toolkit.fluxcd.io", "v1alpha1", "gatebindings", "GateBinding");

    [Fact]
    public async Task A_gate_that_is_restored_while_its_window_is_open_closes_when_that_runs_out_and_nothing_of_the_request_is_left_in_its_status()
    {
        var ns = await cluster.NewNamespaceAsync();
        string[] names = ["restored", "kept"];
        JsonNode lost;
        await using (var before = await cluster.StartControllerAsync())
        {
            foreach (var name in names)
            {
                await cluster.CreateGateAsync(ns, name, """{"default": "closed", "window": "30s"}""");
                await cluster.OpenAsync(ns, name);
            }

            lost = await UntilAsync(ns, "restored", opened: true);
            await UntilAsync(ns, "kept", opened: true);
            await before.Process.TerminateAsync(TimeSpan.FromSeconds(20));
        }

        await cluster.Kubectl.RunAsync("-n", ns, "delete", "gate", "restored");
        await cluster.CreateGateAsync(ns, "restored", """{"default": "closed", "window": "30s"}""");
        await RestoreAsync(FluxResources.Gate, ns, "restored", lost["status"]!);

        await using var controller = await cluster.StartControllerAsync();
        (await UntilAsync(ns, "restored", opened: true))["status"]!["resetToDefaultAt"]!.ToString().Should().Be(lost["status"]!["resetToDefaultAt"]!.ToString());
        var kept = (await UntilAsync(ns, "kept", opened: false))["status"]!.AsObject();
        var restored = await cluster.UntilAsync(
            FluxResources.Gate, ns, "restored", "is closed, and has nothing in its status that another that was not lost has not", gate => !IsOpened(gate) && Fields(gate).IsSubsetOf(kept.Select(field => field.Key)));
        restored["status"]!["conditions"]!.AsArray().Should().HaveSameCount(kept["conditions"]!.AsArray());
    }

    [Fact]
    public async Task Of_a_binding_a_condition_that_is_over_does_not_stay()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.Kubectl.ApplyAsync($$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GateBinding
            metadata: {name: production, namespace: {{ns}} }
            spec: {gates: [{name: gate}], selector: {} }
            """);
        await RestoreAsync(Binding, ns, "production", JsonNode.Parse("""
            {"conditions": [{"type": "BornHeld", "status": "False", "reason": "NoRoomForWebhook", "message": "as it was", "lastTransitionTime": "2026-01-01T00:00:00Z"},
             {"type": "Stalled", "status": "True", "reason": "AsItWas", "message": "as it was", "lastTransitionTime": "2026-01-01T00:00:00Z"}] }
            """)!);
        await using var controller = await cluster.StartControllerAsync();
        await cluster.UntilAsync(Binding, ns, "production", "is ready, and nothing else", binding =>
            binding["status"]!["conditions"]!.AsArray().Select(condition => (string?)condition!["type"]).Order().SequenceEqual(["Ready"]));
    }

    private Task RestoreAsync(ApiResource resource, string ns, string name, JsonNode status) =>
        cluster.PatchAsync(resource, ns, name, new JsonObject { ["status"] = status.DeepClone() }.ToJsonString(), Velero, "status");

    private Task<JsonNode> UntilAsync(string ns, string gate, bool opened) =>
        cluster.UntilAsync(FluxResources.Gate, ns, gate, opened ? "is open" : "is closed", found => IsOpened(found) == opened);

    private static bool IsOpened(JsonNode gate) =>
        gate["status"]?["conditions"]?.AsArray().Any(condition => (string?)condition!["type"] == "Opened" && (string?)condition["status"] == "True") == true;

    private static HashSet<string> Fields(JsonNode gate) => [.. gate["status"]!.AsObject().Select(field => field.Key)];
}
