using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Holds;

/// <summary>
/// What people say between the controller's decision to release and its write: a watch that lags behind, by milliseconds or by the
/// seconds of a new list, must not deploy what somebody has just said shall wait.
/// </summary>
public sealed class StaleDecisionTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    [Theory]
    [InlineData("gating.toolkit.fluxcd.io/keep-suspended", "database migration")]
    [InlineData("fluxcd.controlplane.io/suspendedBy", "jane")]
    public async Task Who_says_that_it_shall_stay_suspended_before_the_release_is_written_is_heard(string annotation, string value)
    {
        var ns = await NewAsync();
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await HoldingAsync(proxy, ns);
        var said = proxy.BeforeWriteOf(Kustomization, ns, "app", () => cluster.AnnotateAsync(Kustomization, ns, "app", annotation, value));

        await using var resumed = await ResumeWatch.StartAsync(cluster, Kustomization, ns, "app");
        await cluster.OpenAsync(ns, "gate");
        var kept = await cluster.UntilReleasedAsync(Kustomization, ns, "app");
        said.IsCompletedSuccessfully.Should().BeTrue("the annotation was set while the release was on its way");
        kept.IsSuspended().Should().BeTrue("a person said so before the release was written");
        resumed.Seen.Should().BeFalse("Flux would have deployed in that moment");
    }

    [Fact]
    public async Task A_gate_that_is_added_before_the_release_is_written_holds()
    {
        var ns = await NewAsync();
        await cluster.CreateGateAsync(ns, "second", "{}");
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await HoldingAsync(proxy, ns);
        var said = proxy.BeforeWriteOf(Kustomization, ns, "app", () => cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/gates", "gate,second"));

        await using var resumed = await ResumeWatch.StartAsync(cluster, Kustomization, ns, "app");
        await cluster.OpenAsync(ns, "gate");
        await cluster.UntilAsync(Kustomization, ns, "app", "is held by the second gate alone", found => found.IsSuspended() && found.HeldBy() == $"{ns}/second (GateClosed)");
        said.IsCompletedSuccessfully.Should().BeTrue("the gate was named while the release was on its way");
        resumed.Seen.Should().BeFalse("the object names a closed gate since before the release");
    }

    private async Task<string> NewAsync()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        return ns;
    }

    private async Task<RunningController> HoldingAsync(RecordingProxy proxy, string ns)
    {
        var controller = await RunningController.StartAsync(proxy.KubeconfigPath, []);
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        return controller;
    }
}
