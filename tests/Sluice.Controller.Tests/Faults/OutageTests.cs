using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Controller.Tests.Faults;

/// <summary>The API server goes away, watches expire, the controller stands still or is not there: nothing new passes, and the rest is made good.</summary>
public sealed class OutageTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    [Fact]
    public async Task After_twenty_seconds_without_an_API_server_the_controller_goes_on_as_if_it_had_been_there()
    {
        var ns = await NewAsync("""{"window": "8s"}""");
        await cluster.CreateGateAsync(ns, "other", "{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await cluster.CreateGatedAsync(Kustomization, ns, "waits", "other");
        await using var controller = await cluster.StartControllerAsync();
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        await cluster.UntilHeldAsync(Kustomization, ns, "waits");
        await cluster.OpenAsync(ns, "gate");
        await cluster.UntilReleasedAsync(Kustomization, ns, "app");

        await cluster.ControlPlane.StopApiServerAsync();
        var before = controller.Process.Output.Count;
        await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        (controller.Process.Output.Count - before).Should().BeLessThan(400, "it waits longer and longer instead of trying in a loop");
        controller.Process.HasExited.Should().BeFalse();
        await cluster.ControlPlane.StartApiServerAsync();

        // The window ran out while nobody could be told.
        await cluster.UntilAsync(Kustomization, ns, "app", "is held since its gate has closed", found => found.IsSuspended() && found.HeldBy() is not null, TimeSpan.FromSeconds(40));
        (await cluster.GetAsync(Kustomization, ns, "waits"))!.IsSuspended().Should().BeTrue("nothing was released meanwhile");
        await cluster.OpenAsync(ns, "other");
        await cluster.UntilAsync(Kustomization, ns, "waits", "is released", found => !found.IsSuspended(), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task What_changes_while_the_watches_expire_is_seen()
    {
        var ns = await NewAsync("{}");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await using var controller = await cluster.StartControllerAsync();
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        Signals.Send(controller.Process.Id, Signals.Stop);
        await cluster.OpenAsync(ns, "gate");
        await cluster.CreateGatedAsync(Kustomization, ns, "new", "nowhere");
        await cluster.ControlPlane.ExpireWatchesAsync();
        Signals.Send(controller.Process.Id, Signals.Continue);
        await cluster.UntilAsync(Kustomization, ns, "app", "is released", found => !found.IsSuspended(), TimeSpan.FromSeconds(60));
        await cluster.UntilHeldAsync(Kustomization, ns, "new", "GateNotFound");
    }

    [Fact]
    public async Task An_object_that_is_deleted_between_decision_and_write_is_not_brought_back()
    {
        var ns = await NewAsync("{}");
        foreach (var name in new[] { "gone", "anew" })
        {
            await cluster.CreateGatedAsync(Kustomization, ns, name, "gate");
        }

        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, []);
        foreach (var name in new[] { "gone", "anew" })
        {
            await cluster.UntilHeldAsync(Kustomization, ns, name);
        }

        // Each write of a release waits until its object is gone: the controller has decided, and does not know.
        var deleting = new Lock();
        var deleted = false;
        proxy.BeforeWrite = _ =>
        {
            lock (deleting)
            {
                if (deleted || cluster.GetAsync(FluxResources.Gate, ns, "gate").GetAwaiter().GetResult()!.Condition("Opened", "status") != "True")
                {
                    return;
                }

                deleted = true;
                cluster.Api.DeleteAsync(Kustomization, new(ns, "gone")).GetAwaiter().GetResult();
                cluster.Api.DeleteAsync(Kustomization, new(ns, "anew")).GetAwaiter().GetResult();
                cluster.CreateGatedAsync(Kustomization, ns, "anew", "").GetAwaiter().GetResult();
                cluster.PatchAsync(Kustomization, ns, "anew", """{"spec": {"suspend": true}}""", "flux").GetAwaiter().GetResult();
            }
        };
        await cluster.OpenAsync(ns, "gate");
        await Eventually.GivesAsync("the objects were deleted before the release was written", () => Task.FromResult(deleted), done => done);
        await Eventually.GivesAsync(
            "the release was tried", () => Task.FromResult(proxy.Requests.Count(request => request.StartsWith($"PATCH /apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{ns}/kustomizations/", StringComparison.Ordinal))), count => count >= 2);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);

        (await cluster.GetAsync(Kustomization, ns, "gone")).Should().BeNull("an apply creates what does not exist unless it carries the uid");
        var anew = (await cluster.GetAsync(Kustomization, ns, "anew"))!;
        anew.SuspendOwners().Should().Equal(["flux"], "the new object of the same name is another one");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_controller_that_was_killed_while_the_gate_was_opened_finds_the_right_state_at_once(bool windowRunsOut)
    {
        var ns = await NewAsync(windowRunsOut ? """{"window": "4s"}""" : """{"window": "1h"}""");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await using (var first = await cluster.StartControllerAsync())
        {
            await cluster.UntilHeldAsync(Kustomization, ns, "app");
            await cluster.OpenAsync(ns, "gate");
            await cluster.UntilReleasedAsync(Kustomization, ns, "app");
            // The annotation vanishes, as kustomize-controller makes it do: the request is latched.
            await cluster.AnnotateAsync(FluxResources.Gate, ns, "gate", "open.gate.fluxcd.io/requestedAt", null);
            first.Process.Kill();
        }

        if (windowRunsOut)
        {
            await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await cluster.CreateGatedAsync(Kustomization, ns, "later", "gate");
        await using var second = await cluster.StartControllerAsync();
        await (windowRunsOut ? cluster.UntilHeldAsync(Kustomization, ns, "app") : cluster.UntilReleasedAsync(Kustomization, ns, "later"));
        (await cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().Be(windowRunsOut);
    }

    private async Task<string> NewAsync(string spec)
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", spec);
        return ns;
    }
}
