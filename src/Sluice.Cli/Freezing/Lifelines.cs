using System.Text.Json;
using Sluice.Api.Gated;
using Sluice.Api.Serialization;
using Sluice.Cli.Cluster;
using Sluice.Cli.Installing;
using Sluice.Kubernetes;

namespace Sluice.Cli.Freezing;

/// <summary>The objects by which Flux and Sluice are deployed: held, they could not be mended through Git.</summary>
internal static class Lifelines
{
    /// <summary>Finds them by the labels that Flux has set on the definitions; null where these may not be read.</summary>
    public static async Task<IReadOnlyList<ObjectKey>?> FindAsync(ClusterClient cluster, CancellationToken cancellation)
    {
        var found = new List<ObjectKey>();
        try
        {
            foreach (var name in Deployer.Definitions)
            {
                var definition = await cluster.TryGetAsync(InstallKinds.Definitions, new("", name), cancellation);
                if (Deployer.Read(definition?.Deserialize(ApiJson.Default.PartialObject)?.Metadata.Labels) is { } deployer)
                    found.Add(new(deployer.Namespace, deployer.Name));
            }
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return null;
        }

        return [.. found.Distinct()];
    }
}
