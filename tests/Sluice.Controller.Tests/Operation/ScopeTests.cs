using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Operation;

/// <summary>A controller that looks after a part of the cluster only.</summary>
public sealed class ScopeTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    [Fact]
    public async Task Each_shard_holds_what_carries_its_label_and_they_do_not_fight_about_the_gates_that_they_share()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        foreach (var shard in new[] { "a", "b", "c" })
        {
            await cluster.CreateGatedAsync(Kustomization, ns, shard, "gate");
            await LabelAsync(ns, shard, shard);
        }

        // Each with its own lease: else the second would wait for the first.
        await using var one = await cluster.StartControllerAsync("--watch-label-selector=sharding.fluxcd.io/key=a", "--enable-leader-election");
        await using var two = await cluster.StartControllerAsync("--watch-label-selector=sharding.fluxcd.io/key=b", "--enable-leader-election");
        await cluster.UntilHeldAsync(Kustomization, ns, "a");
        await cluster.UntilHeldAsync(Kustomization, ns, "b");
        (await cluster.GetAsync(Kustomization, ns, "c"))!.IsSuspended().Should().BeFalse("no shard looks after it");

        await LabelAsync(ns, "c", "a");
        await cluster.UntilHeldAsync(Kustomization, ns, "c");
        var before = await VersionAsync(ns);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, TestContext.Current.CancellationToken);
        (await VersionAsync(ns)).Should().Be(before, "a count of each shard's own would be written over that of the other again and again");

        await cluster.OpenAsync(ns, "gate");
        foreach (var shard in new[] { "a", "b", "c" })
        {
            await cluster.UntilReleasedAsync(Kustomization, ns, shard);
        }
    }

    [Fact]
    public async Task With_watch_all_namespaces_off_it_holds_in_its_own_namespace_alone()
    {
        var (own, other) = (await cluster.NewNamespaceAsync(), await cluster.NewNamespaceAsync());
        foreach (var ns in new[] { own, other })
        {
            await cluster.CreateGateAsync(ns, "gate", "{}");
            await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        }

        await using var controller = await cluster.StartControllerAsync("--watch-all-namespaces=false", $"--runtime-namespace={own}");
        await cluster.UntilHeldAsync(Kustomization, own, "app");
        await cluster.UntilAsync(FluxResources.Gate, own, "gate", "counts what it holds", gate => (int?)gate["status"]?["held"] == 1);
        (await cluster.GetAsync(Kustomization, other, "app"))!.IsSuspended().Should().BeFalse("it is of another namespace");
        (await cluster.GetAsync(FluxResources.Gate, other, "gate"))!["status"]!["conditions"].Should().BeNull("nobody has looked at that gate");
    }

    private Task LabelAsync(string ns, string name, string shard) =>
        cluster.PatchAsync(Kustomization, ns, name, $$"""{"metadata": {"labels": {"sharding.fluxcd.io/key": "{{shard}}"} } }""");

    private async Task<string> VersionAsync(string ns) => (string)(await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!["metadata"]!["resourceVersion"]!;
}
