using Sluice.Api;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Kubernetes;

namespace Sluice.Cli.Freezing;

/// <summary>The objects by which Flux and Sluice are deployed: held, they could not be mended through Git.</summary>
internal static class Lifelines
{
    private static readonly ApiResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", Namespaced: false);

    /// <summary>Finds them by the labels that Flux has set on the definitions; null where these may not be read.</summary>
    public static async Task<IReadOnlyList<ObjectKey>?> FindAsync(ClusterClient cluster, CancellationToken cancellation)
    {
        var found = new List<ObjectKey>();
        try
        {
            foreach (var name in GatedKind.OfFlux.Select(kind => kind.CrdName).Prepend($"gates.{ApiGroup.Name}"))
            {
                var labels = (await cluster.TryGetAsync(Definitions, new("", name), cancellation))?["metadata"]?["labels"];
                foreach (var group in new[] { "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io" })
                {
                    if ((string?)labels?[$"{group}/name"] is { } deployer && (string?)labels[$"{group}/namespace"] is { } inNamespace)
                        found.Add(new(inNamespace, deployer));
                }
            }
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return null;
        }

        return [.. found.Distinct()];
    }
}
