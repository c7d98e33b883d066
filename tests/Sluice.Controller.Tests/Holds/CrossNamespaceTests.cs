using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

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
