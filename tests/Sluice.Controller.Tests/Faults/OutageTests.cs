using System.Globalization;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Controller.Tests.Faults;

/// <summary>The API server goes away, watches expire, the controller stands still or is not there: nothing new passes, and the rest is made good.</summary>
public sealed class OutageTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(40);

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
    public async Task An_object_that_is_deleted_between_the_decision_to_release_it_and_the_write_is_not_brought_back()
    {
        var ns = await NewAsync("{}");
        await CreateAsync(ns, "gate", "gone", "anew", "stays");
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, []);
        foreach (var name in new[] { "gone", "anew", "stays" })
        {
            await cluster.UntilHeldAsync(Kustomization, ns, name);
        }

        proxy.Forget();
        var gone = proxy.BeforeWriteOf(Kustomization, ns, "gone", () => DeleteAsync(ns, "gone"));
        var anew = proxy.BeforeWriteOf(Kustomization, ns, "anew", () => ReplaceAsync(ns, "anew", """{"spec": {"suspend": true}}"""));
        await cluster.OpenAsync(ns, "gate");
        await Task.WhenAll(gone, anew).WaitAsync(Timeout, TestContext.Current.CancellationToken);
        await cluster.UntilReleasedAsync(Kustomization, ns, "stays");
        await ItHasNothingMoreToDoAsync(proxy, controller, ns);

        (await cluster.GetAsync(Kustomization, ns, "gone")).Should().BeNull("an apply creates what does not exist unless it carries the uid");
        (await cluster.GetAsync(Kustomization, ns, "anew"))!.SuspendOwners().Should().Equal(["flux"], "the new object of the same name is another one");
    }

    [Fact]
    public async Task An_object_that_is_deleted_between_the_decision_to_hold_it_and_the_write_is_not_brought_back_and_the_others_are_held()
    {
        var ns = await NewAsync("{}");
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, []);
        var gone = proxy.BeforeWriteOf(Kustomization, ns, "gone", () => DeleteAsync(ns, "gone"));
        var anew = proxy.BeforeWriteOf(Kustomization, ns, "anew", () => ReplaceAsync(ns, "anew", """{"spec": {"suspend": false}}"""));
        await CreateAsync(ns, "gate", "gone", "anew", "stays");
        await Task.WhenAll(gone, anew).WaitAsync(Timeout, TestContext.Current.CancellationToken);
        await cluster.UntilHeldAsync(Kustomization, ns, "stays");
        await ItHasNothingMoreToDoAsync(proxy, controller, ns);

        (await cluster.GetAsync(Kustomization, ns, "gone")).Should().BeNull("an apply creates what does not exist unless it carries the uid");
        var other = (await cluster.GetAsync(Kustomization, ns, "anew"))!;
        other.SuspendOwners().Should().Equal(["flux"], "the new object of the same name is another one, and names no gate");
        (other.IsSuspended(), other.HeldBy()).Should().Be((false, null));
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts what is there", gate => (int?)gate["status"]!["held"] == 1);
    }

    [Fact]
    public async Task A_gate_that_has_changed_and_whose_watch_lags_behind_is_asked_for_and_closes_all_the_same()
    {
        var ns = await NewAsync("""{"window": "3s"}""");
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, []);
        await cluster.OpenAsync(ns, "gate");
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "is opened", gate => gate.Condition("Opened", "status") == "True");
        proxy.Withholds = request => request.Contains("/gates?", StringComparison.Ordinal) && request.Contains("watch=", StringComparison.Ordinal);
        await cluster.AnnotateAsync(FluxResources.Gate, ns, "gate", "example.org/changed", "yes");
        proxy.Forget();
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "is closed", gate => gate.Condition("Opened", "status") == "False");
        Writes(proxy, ns).Should().BeInRange(2, 6, "the first meets a conflict");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gate_closes_at_its_moment_though_its_status_cannot_be_written_for_long(bool hangs)
    {
        var ns = await NewAsync("""{"window": "8s"}""");
        await cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await RunningController.StartAsync(proxy.KubeconfigPath, []);
        await cluster.UntilHeldAsync(Kustomization, ns, "app");
        await cluster.OpenAsync(ns, "gate");
        await cluster.UntilReleasedAsync(Kustomization, ns, "app");
        var closing = await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts nothing held", gate => (int?)gate["status"]?["held"] == 0);
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (hangs)
        {
            _ = proxy.BeforeWriteOf(FluxResources.Gate, ns, "gate", () => hang.Task, "status");
        }
        else
        {
            proxy.Refuses = write => write.Contains("/gates/gate/status", StringComparison.Ordinal);
        }

        proxy.Forget();
        // Something new to say, which fails again and again: by the back-off alone the next look would be seconds after the moment.
        await cluster.PatchAsync(FluxResources.Gate, ns, "gate", """{"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": "now"} } }""");
        var held = await cluster.UntilHeldAsync(Kustomization, ns, "app");
        hang.SetResult();
        Writes(proxy, ns).Should().BeGreaterThan(hangs ? 0 : 2);
        var since = DateTimeOffset.Parse(held.Annotation("gating.toolkit.fluxcd.io/held-since")!, CultureInfo.InvariantCulture);
        var moment = DateTimeOffset.Parse((string)closing["status"]!["resetToDefaultAt"]!, CultureInfo.InvariantCulture);
        (since - moment).Should().BeLessThan(TimeSpan.FromSeconds(2));
    }

    private static int Writes(RecordingProxy proxy, string ns) =>
        proxy.Requests.Count(request => request.StartsWith($"PATCH {FluxResources.Gate.ObjectPath(new(ns, "gate"))}", StringComparison.Ordinal));

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

    /// <summary>It holds what comes later, writes no more to what it could not write to, and has met no error.</summary>
    private async Task ItHasNothingMoreToDoAsync(RecordingProxy proxy, RunningController controller, string ns)
    {
        // What the watch has said of a later object it has said of the earlier ones, too.
        await cluster.CreateGateAsync(ns, "closed", "{}");
        await CreateAsync(ns, "closed", "later");
        await cluster.UntilHeldAsync(Kustomization, ns, "later");
        var before = WritesOfWhatIsGone();
        before.Should().BeInRange(2, 20, "a write that came too late is tried again with back-off until the watch has said why, which takes milliseconds");
        await CreateAsync(ns, "closed", "last");
        await cluster.UntilHeldAsync(Kustomization, ns, "last");
        WritesOfWhatIsGone().Should().Be(before);
        controller.Process.Output.Should().NotContain(line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal));

        int WritesOfWhatIsGone() => proxy.Requests.Count(request => request.StartsWith($"PATCH {Kustomization.ObjectPath(new(ns, "gone"))}", StringComparison.Ordinal)
            || request.StartsWith($"PATCH {Kustomization.ObjectPath(new(ns, "anew"))}", StringComparison.Ordinal));
    }

    private async Task CreateAsync(string ns, string gate, params string[] names)
    {
        foreach (var name in names)
        {
            await cluster.CreateGatedAsync(Kustomization, ns, name, gate);
        }
    }

    private Task DeleteAsync(string ns, string name) => cluster.Api.DeleteAsync(Kustomization, new(ns, name));

    /// <summary>Another object gets the name, which names no gate, and of which somebody else says whether it is suspended.</summary>
    private async Task ReplaceAsync(string ns, string name, string suspend)
    {
        await DeleteAsync(ns, name);
        await cluster.CreateGatedAsync(Kustomization, ns, name, "");
        await cluster.PatchAsync(Kustomization, ns, name, suspend, "flux");
    }

    private async Task<string> NewAsync(string spec)
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", spec);
        return ns;
    }
}
