using Sluice.TestBed;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>Flux is upgraded below a running Sluice.</summary>
public sealed class FluxUpgradeTests(OldestFlux flux) : IClassFixture<OldestFlux>
{
    [Fact]
    public async Task An_ImagePolicy_is_held_as_soon_as_the_cluster_has_the_field()
    {
        var imagePolicy = OldestFlux.All.Single(resource => resource.Kind == "ImagePolicy");
        var ns = await flux.Cluster.NewNamespaceAsync();
        await flux.Cluster.CreateGateAsync(ns, "closed", "{}");
        await flux.Cluster.CreateGatedAsync(imagePolicy, ns, "app", "closed");
        await flux.Cluster.UntilAsync(imagePolicy, ns, "app", "says that it cannot be held", found => found.Approved("reason") == "CannotHold");

        await flux.Cluster.Kubectl.RunAsync(
            "patch", "crd", "imagepolicies.image.toolkit.fluxcd.io", "--type=json", "-p",
            """[{"op": "add", "path": "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/suspend", "value": {"type": "boolean"}}]""");

        await flux.Cluster.UntilHeldAsync(imagePolicy, ns, "app");
        await flux.Cluster.OpenAsync(ns, "closed");
        await flux.Cluster.UntilReleasedAsync(imagePolicy, ns, "app");
    }
}
