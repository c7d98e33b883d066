using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>What becomes of an object that is born held, by policies or by the webhook: it is the same.</summary>
internal static class BirthStory
{
    /// <summary>The kinds that can be held.</summary>
    public static TheoryData<string> Kinds => [.. FluxResources.All.Select(resource => resource.Kind)];

    /// <summary>Whether all ten kinds, or those given, are born held by now: an API server takes a moment to know what does it.</summary>
    public static async Task<bool> HasBegunAsync(Cluster cluster, IEnumerable<ApiResource>? kinds = null)
    {
        try
        {
            foreach (var resource in kinds ?? FluxResources.All)
            {
                var born = await cluster.Api.CreateAsync(
                    resource, "default", GatedSamples.Write(resource, "default", "probe", "probe"), json => JsonNode.Parse(json)!, new() { DryRun = true });
                if (!born.IsSuspended())
                {
                    return false;
                }
            }

            return true;
        }
        catch (KubernetesApiException e) when (e.IsTransient || e.Message.Contains("not yet synced", StringComparison.Ordinal))
        {
            // What policies are about, and the bindings that are their parameters, an API server has to read first.
            return false;
        }
    }

    /// <summary>It is held by nobody's word but the API server's, then by its gate, and released when that opens.</summary>
    public static async Task IsHeldAndReleasedAsync(Cluster cluster, ApiResource resource, string ns, JsonNode born)
    {
        born.IsSuspended().Should().BeTrue();
        born.HeldBy().Should().Be("admission (NotDecidedYet)");
        born.SuspendOwners().Should().BeEmpty();

        await cluster.UntilHeldAsync(resource, ns, "app");
        await cluster.OpenAsync(ns, "gate");
        (await cluster.UntilReleasedAsync(resource, ns, "app"))["spec"]!["suspend"].Should().BeNull();
    }

    /// <summary>One that its author has suspended stays so when its gate opens.</summary>
    public static async Task StaysItsAuthorsAsync(Cluster cluster, ApiResource resource, string ns, JsonNode born)
    {
        born.HeldBy().Should().BeNull();
        born.SuspendOwners().Should().Equal("author");
        await cluster.UntilHeldAsync(resource, ns, "app");
        await cluster.OpenAsync(ns, "gate");
        (await cluster.UntilReleasedAsync(resource, ns, "app")).SuspendOwners().Should().Equal("author");
    }

    /// <summary>
    /// Binds what a selector has, which must have what <see cref="IsBornHeldAsync"/> asks for, and waits until the API server asks about it.
    /// </summary>
    public static async Task BindAsync(Cluster cluster, string ns, string spec)
    {
        await cluster.Kubectl.ApplyAsync($$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GateBinding
            metadata: {name: production, namespace: {{ns}} }
            spec: {gates: [{name: gate}], {{spec}} }
            """);
        await Eventually.GivesAsync("the API server asks about it", () => IsBornHeldAsync(cluster, ns), held => held);
    }

    /// <summary>Whether Kustomization <c>app</c> with the label <c>tier: prod</c> would be born held, which names no gates.</summary>
    public static Task<bool> IsBornHeldAsync(Cluster cluster, string ns)
    {
        var probe = JsonNode.Parse(GatedSamples.Write(FluxResources.Kustomization, ns, "app", "").Span)!;
        probe["metadata"]!["labels"] = new JsonObject { ["tier"] = "prod" };
        return cluster.Api.CreateAsync(
            FluxResources.Kustomization, ns, Encoding.UTF8.GetBytes(probe.ToJsonString()), static json => JsonNode.Parse(json)!.IsSuspended(), new() { DryRun = true });
    }
}
