using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Holds;

/// <summary>A platform that wants every tenant to keep to its own namespace.</summary>
public sealed class CrossNamespaceTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    [Fact]
    public async Task With_no_cross_namespace_refs_a_gate_elsewhere_holds_even_where_its_accessFrom_admits_everybody()
    {
        var platform = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(platform, "shared", """{"default": "opened", "accessFrom": {"namespaceSelectors": [{}]}}""");
        var tenant = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(tenant, "own", """{"default": "opened"}""");
        await cluster.CreateGatedAsync(Kustomization, tenant, "crossing", $"{platform}/shared");
        await cluster.CreateGatedAsync(Kustomization, tenant, "own", $"{tenant}/own");

        await using (await cluster.StartControllerAsync("--no-cross-namespace-refs=true"))
        {
            var held = await cluster.UntilHeldAsync(Kustomization, tenant, "crossing", "AccessDenied");
            held.Approved("message").Should().Contain($"gate '{platform}/shared' is not accessible (references across namespaces are off: --no-cross-namespace-refs)");
            (await cluster.UntilReleasedAsync(Kustomization, tenant, "own")).IsSuspended().Should().BeFalse("a gate of its own namespace is no reference across namespaces, written out or not");
        }

        await using (await cluster.StartControllerAsync())
        {
            (await cluster.UntilReleasedAsync(Kustomization, tenant, "crossing")).IsSuspended().Should().BeFalse("without the flag accessFrom decides, and an empty selector selects every namespace");
        }
    }

    [Fact]
    public async Task A_tenant_cannot_tell_a_gate_elsewhere_that_does_not_admit_it_from_one_that_does_not_exist_nor_see_one_come_or_go()
    {
        var platform = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(platform, "private", """{"default": "opened"}""");
        var tenant = await cluster.NewNamespaceAsync();
        await using var controller = await cluster.StartControllerAsync();
        var held = new Dictionary<string, JsonNode>();
        foreach (var gate in new[] { "private", "missing" })
        {
            await cluster.CreateGatedAsync(Kustomization, tenant, gate, $"{platform}/{gate}");
            held[gate] = await cluster.UntilHeldAsync(Kustomization, tenant, gate, "AccessDenied");
            held[gate].HeldBy().Should().Be($"{platform}/{gate} (AccessDenied)");
            held[gate].Approved("message").Should().Be(
                $"Reconciliation is waiting approval, gate '{platform}/{gate}' is not accessible (it does not exist, or its spec.accessFrom does not select namespace '{tenant}').");
        }

        var told = await ToldAsync(tenant, "private");
        told.Should().NotBeEmpty().And.AllSatisfy(line => line.Should().Contain("GATE"));
        (await ToldAsync(tenant, "missing")).Should().Equal(told);

        // The one comes and the other goes, which the controller has seen when it decides by it: those who are admitted, in its own namespace, follow.
        await cluster.CreateGatedAsync(Kustomization, platform, "follows-missing", "missing");
        await cluster.CreateGatedAsync(Kustomization, platform, "follows-private", "private");
        await cluster.UntilHeldAsync(Kustomization, platform, "follows-missing", "GateNotFound");
        await cluster.UntilReleasedAsync(Kustomization, platform, "follows-private");
        await cluster.CreateGateAsync(platform, "missing", """{"default": "opened"}""");
        await cluster.Api.DeleteAsync(FluxResources.Gate, new(platform, "private"), cancellation: TestContext.Current.CancellationToken);
        await cluster.UntilReleasedAsync(Kustomization, platform, "follows-missing");
        await cluster.UntilHeldAsync(Kustomization, platform, "follows-private", "GateNotFound");
        foreach (var gate in held.Keys)
        {
            ((string?)(await cluster.GetAsync(Kustomization, tenant, gate))!["metadata"]!["resourceVersion"]).Should().Be((string?)held[gate]["metadata"]!["resourceVersion"], "nothing has been written on it");
            (await ToldAsync(tenant, gate)).Should().Equal(told);
        }
    }

    /// <summary>The Events of an object that is called like its gate, without the name of either.</summary>
    private async Task<string[]> ToldAsync(string ns, string gate)
    {
        var events = await Eventually.GivesAsync(
            "there are Events", () => cluster.Kubectl.RunAsync("-n", ns, "get", "events", "--field-selector", $"involvedObject.name={gate}", "-o", """jsonpath={range .items[*]}{.type} {.reason} {.count} {.message}{"\n"}{end}"""), text => text.Length > 0);
        return events.Replace(gate, "GATE", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task By_spec_gates_a_gate_of_another_namespace_needs_its_accessFrom_too_and_loses_it_with_a_change_of_the_gate()
    {
        var platform = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(platform, "shared", """{"default": "opened", "accessFrom": {"namespaceSelectors": [{"matchLabels": {"tier": "prod", "team": "a"}}, {"matchLabels": {"tier": "dev"}}]}}""");
        await using var controller = await cluster.StartControllerAsync();
        foreach (var (labels, admitted) in new[] { ("tier=prod,team=a", true), ("tier=prod,team=b", false), ("tier=dev", true), ("team=a", false) })
        {
            var tenant = await cluster.NewNamespaceAsync(labels);
            await cluster.CreateGatedAsync(Kustomization, tenant, "app", "");
            await cluster.PatchAsync(Kustomization, tenant, "app", $$$"""{"spec": {"gates": [{"name": "shared", "namespace": "{{{platform}}}"}]}}""");
            await (admitted ? cluster.UntilReleasedAsync(Kustomization, tenant, "app") : cluster.UntilHeldAsync(Kustomization, tenant, "app", "AccessDenied"));
            if (labels == "tier=dev")
            {
                await cluster.PatchAsync(FluxResources.Gate, platform, "shared", """{"spec": {"accessFrom": {"namespaceSelectors": [{"matchLabels": {"tier": "prod", "team": "a"}}]}}}""");
                await cluster.UntilHeldAsync(Kustomization, tenant, "app", "AccessDenied");
            }
        }
    }
}
