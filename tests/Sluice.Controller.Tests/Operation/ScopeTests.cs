using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

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

    [Fact]
    public async Task With_watch_namespaces_it_holds_in_these_alone_with_rights_in_them_and_none_elsewhere()
    {
        var (one, other, foreign) = (await cluster.NewNamespaceAsync(), await cluster.NewNamespaceAsync(), await cluster.NewNamespaceAsync());
        foreach (var ns in new[] { one, other, foreign })
        {
            await cluster.CreateGateAsync(ns, "gate", """{"accessFrom": {"namespaceSelectors": [{"matchLabels": {} }] } }""");
            await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        }

        await cluster.CreateGatedAsync(Kustomization, one, "by-neighbour", $"{other}/gate");
        await cluster.CreateGatedAsync(Kustomization, one, "by-foreigner", $"{foreign}/gate");
        await cluster.Kubectl.ApplyAsync($$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GateBinding
            metadata: {name: production, namespace: {{other}} }
            spec: {gates: [{name: gate}], selector: {kinds: [HelmRelease]} }
            """);
        await cluster.CreateGatedAsync(FluxResources.All.Single(resource => resource.Kind == "HelmRelease"), other, "bound", "");

        await using var controller = await RunningController.StartAsync(
            await TenantAsync("tenant", one, other), [$"--watch-namespaces={one},{other}", $"--runtime-namespace={one}", "--enable-leader-election"]);
        await cluster.UntilHeldAsync(Kustomization, one, "app");
        await cluster.UntilHeldAsync(Kustomization, other, "app");
        await cluster.UntilHeldAsync(Kustomization, one, "by-neighbour");
        await cluster.UntilHeldAsync(FluxResources.All.Single(resource => resource.Kind == "HelmRelease"), other, "bound");
        (await cluster.UntilAsync(Kustomization, one, "by-foreigner", "is held", found => found.IsSuspended())).HeldBy().Should().Contain($"{foreign}/gate", "a gate that is not seen holds");
        await cluster.UntilAsync(FluxResources.Gate, other, "gate", "counts what it holds", gate => (int?)gate["status"]?["held"] == 3);

        await cluster.OpenAsync(other, "gate");
        await cluster.UntilReleasedAsync(Kustomization, other, "app");
        await cluster.UntilReleasedAsync(Kustomization, one, "by-neighbour");
        (await cluster.GetAsync(Kustomization, foreign, "app"))!.IsSuspended().Should().BeFalse("nobody looks after that namespace");
        (await cluster.GetAsync(FluxResources.Gate, foreign, "gate"))!["status"]!["conditions"].Should().BeNull("nobody has looked at that gate");
        controller.Process.Output.Should().NotContain(line => line.Contains("forbidden", StringComparison.OrdinalIgnoreCase), "rights in these namespaces are enough");
    }

    [Fact]
    public async Task A_namespace_that_does_not_exist_keeps_it_from_nothing_and_is_looked_after_when_it_comes()
    {
        var (one, coming) = (await cluster.NewNamespaceAsync(), "coming");
        await cluster.CreateGateAsync(one, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, one, "app", "gate");
        await using var controller = await RunningController.StartAsync(await TenantAsync("patient", one), [$"--watch-namespaces={coming},{one}", $"--runtime-namespace={one}"]);
        await cluster.UntilHeldAsync(Kustomization, one, "app");

        await cluster.Kubectl.RunAsync("create", "namespace", coming);
        await cluster.Kubectl.RunAsync("-n", coming, "create", "rolebinding", "patient", "--clusterrole=sluice-controller", $"--serviceaccount={one}:patient");
        await cluster.CreateGateAsync(coming, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, coming, "app", "gate");
        await cluster.UntilAsync(Kustomization, coming, "app", "is held", found => found.HeldBy()?.Contains("(GateClosed)", StringComparison.Ordinal) == true, TimeSpan.FromMinutes(2));
        (await cluster.GetAsync(Kustomization, one, "app"))!.IsSuspended().Should().BeTrue();
    }

    [Fact]
    public async Task Two_that_watch_different_namespaces_do_not_wait_for_each_other_to_lead()
    {
        var (one, other) = (await cluster.NewNamespaceAsync(), await cluster.NewNamespaceAsync());
        foreach (var ns in new[] { one, other })
        {
            await cluster.CreateGateAsync(ns, "gate", "{}");
            await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        }

        await using var first = await cluster.StartControllerAsync($"--watch-namespaces={one}", "--enable-leader-election");
        await using var second = await cluster.StartControllerAsync($"--watch-namespaces={other}", "--enable-leader-election");
        await cluster.UntilHeldAsync(Kustomization, one, "app");
        await cluster.UntilHeldAsync(Kustomization, other, "app");
    }

    [Theory]
    [InlineData("--watch-namespaces=,", "expected the names of namespaces")]
    [InlineData("--watch-namespaces=team-a,Team_B", "'Team_B' is not the name of a namespace")]
    public async Task Names_that_no_namespace_can_have_are_refused_at_the_start(string flag, string message)
    {
        await using var controller = await RunningController.StartAsync(cluster.ControlPlane.KubeconfigPath, [flag], awaitReady: false);
        (await controller.Process.WaitForExitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Should().Be(2);
        string.Join('\n', controller.Process.Output).Should().Contain(message);
    }

    /// <summary>A kubeconfig of the controller's service account with the rights of <c>config/rbac</c>, but those in namespaces only in some of them.</summary>
    private async Task<string> TenantAsync(string name, params IReadOnlyList<string> namespaces)
    {
        var subject = $"{namespaces[0]}:{name}";
        await cluster.Kubectl.RunAsync("apply", "--server-side", "-f", RepositoryRoot.Combine("config", "rbac", "controller-cluster-role.yaml"), "-f", RepositoryRoot.Combine("config", "rbac", "controller-role.yaml"));
        await cluster.Kubectl.RunAsync("create", "clusterrolebinding", $"{name}-{namespaces[0]}", "--clusterrole=sluice-controller-cluster", $"--serviceaccount={subject}");
        await cluster.Kubectl.RunAsync("-n", namespaces[0], "create", "role", "leases", "--verb=create,get,list,watch,patch", "--resource=leases.coordination.k8s.io");
        await cluster.Kubectl.RunAsync("-n", namespaces[0], "create", "rolebinding", "leases", "--role=leases", $"--serviceaccount={subject}");
        foreach (var ns in namespaces)
        {
            await cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", name, "--clusterrole=sluice-controller", $"--serviceaccount={subject}");
        }

        return cluster.ControlPlane.KubeconfigFor($"system:serviceaccount:{subject}", "system:serviceaccounts");
    }

    private Task LabelAsync(string ns, string name, string shard) =>
        cluster.PatchAsync(Kustomization, ns, name, $$"""{"metadata": {"labels": {"sharding.fluxcd.io/key": "{{shard}}"} } }""");

    private async Task<string> VersionAsync(string ns) => (string)(await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!["metadata"]!["resourceVersion"]!;
}
