using Sluice.Controller.Tests.Clusters;

namespace Sluice.Controller.Tests.Gates;

/// <summary>A gate that no controller has seen yet.</summary>
public sealed class NewGateTests(Cluster cluster) : IClassFixture<Cluster>
{
    [Fact]
    public async Task Before_a_controller_has_looked_at_it_its_status_is_about_no_generation()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");

        var status = (await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!["status"]!;
        status.ToJsonString().Should().Be("""{"observedGeneration":-1}""", "who waits for it to be ready must not take it for ready before");
    }
}
