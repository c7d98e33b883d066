using System.Text;
using Sluice.Controller.Bindings;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Upgrades;

/// <summary>
/// From the first CRD of gates (windows, overrides and bindings were not there yet) to the present ones and back, with objects in place. The
/// programs of that time cannot be had, so the present one runs on both.
/// </summary>
public sealed class UpgradeTests(Cluster cluster) : IClassFixture<Cluster>, IAsyncLifetime
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    public async ValueTask InitializeAsync()
    {
        await cluster.Kubectl.RunAsync("delete", "crd", "gatebindings.gating.toolkit.fluxcd.io", "clustergatebindings.gating.toolkit.fluxcd.io");
        await DowngradeAsync();
    }

    public async ValueTask DisposeAsync() => await UpgradeAsync();

    [Fact]
    public async Task An_upgrade_of_the_CRDs_under_a_running_controller_leaves_holds_in_place_and_has_bindings_hold_without_a_restart()
    {
        var ns = await NewAsync();
        await using var controller = await cluster.StartControllerAsync();
        await cluster.UntilHeldAsync(Kustomization, ns, "app");

        await UpgradeAsync();
        (await cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().BeTrue();
        await cluster.CreateGatedAsync(Kustomization, ns, "bound", "");
        await Eventually.GivesAsync("bindings are served", async () =>
        {
            try
            {
                await cluster.Api.CreateAsync(GateBindings.Resource, ns, Encoding.UTF8.GetBytes(
                    """{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "GateBinding", "metadata": {"name": "all"}, "spec": {"gates": [{"name": "gate"}]} }"""), ObjectDecoders.Ignore);
                return true;
            }
            catch (KubernetesApiException e) when (e.IsNotFound)
            {
                return false;
            }
        }, isServed => isServed);
        await cluster.UntilHeldAsync(Kustomization, ns, "bound");
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts both", gate => (int?)gate["status"]?["held"] == 2);

        await cluster.Kubectl.RunAsync("-n", ns, "patch", "gate", "gate", "--type=merge", "-p", """{"spec": {"windows": [{"name": "always", "action": "open", "cron": "* * * * *", "duration": "1h"}]}}""");
        await cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await cluster.UntilReleasedAsync(Kustomization, ns, "bound");
        await cluster.Kubectl.RunAsync("-n", ns, "delete", "gatebinding", "all");
    }

    [Fact]
    public async Task A_downgrade_leaves_holds_in_place_and_the_way_back_releases_what_is_let_through()
    {
        await UpgradeAsync();
        var ns = await NewAsync();
        await cluster.Kubectl.RunAsync("-n", ns, "patch", "gate", "gate", "--type=merge", "-p", """{"spec": {"windows": [{"name": "never", "action": "close", "cron": "* * * * *", "duration": "1h"}]}}""");
        await using (await cluster.StartControllerAsync())
        {
            await cluster.UntilHeldAsync(Kustomization, ns, "app");
        }

        await cluster.Kubectl.RunAsync("delete", "crd", "gatebindings.gating.toolkit.fluxcd.io", "clustergatebindings.gating.toolkit.fluxcd.io");
        await DowngradeAsync();
        (await cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().BeTrue();
        await using (await cluster.StartControllerAsync())
        {
            await cluster.UntilHeldAsync(Kustomization, ns, "app");
            await UpgradeAsync();
            await cluster.OpenAsync(ns, "gate");
            await cluster.UntilReleasedAsync(Kustomization, ns, "app");
        }
    }

    private async Task<string> NewAsync()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        return ns;
    }

    private Task DowngradeAsync() => cluster.Kubectl.RunAsync(
        "apply", "--server-side", "--force-conflicts", "--field-manager=kubectl", "-f", RepositoryRoot.Combine("tests", "Sluice.Controller.Tests", "Upgrades", "v0.1-gates.yaml"));

    private async Task UpgradeAsync()
    {
        await cluster.Kubectl.RunAsync("apply", "--server-side", "--force-conflicts", "--field-manager=kubectl", "-k", RepositoryRoot.Combine("config", "crd"));
        await cluster.Kubectl.RunAsync("wait", "--for=condition=Established", "crd", "gatebindings.gating.toolkit.fluxcd.io", "clustergatebindings.gating.toolkit.fluxcd.io");
    }
}
