using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Faults;

/// <summary>The controller dies between any two writes, and another one goes on as if nothing had happened.</summary>
public sealed class CrashTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource[] Kinds = [FluxResources.Kustomization, FluxResources.All[1]];

    [Fact]
    public async Task A_kill_before_or_after_any_write_leaves_the_same_end_as_no_kill_at_all()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        var (undisturbed, writes) = await TellAsync(proxy, killAt: 0, afterWrite: false);
        writes.Should().BeGreaterThan(12, "a gate and two objects are held, released and held again, each with a condition");

        for (var number = 1; number <= writes; number++)
        {
            foreach (var afterWrite in new[] { false, true })
            {
                var (end, _) = await TellAsync(proxy, number, afterWrite);
                end.Should().Be(undisturbed, $"the controller was killed {(afterWrite ? "after" : "before")} write {number} of {writes}");
            }
        }
    }

    /// <summary>
    /// The story: a gate is closed, opens on request, and closes when the window has run out; at the end one object names no gate any more.
    /// Gives the end without times, and the number of writes.
    /// </summary>
    private async Task<(string End, int Writes)> TellAsync(RecordingProxy proxy, int killAt, bool afterWrite)
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", """{"window": "900ms"}""");
        foreach (var kind in Kinds)
        {
            await cluster.CreateGatedAsync(kind, ns, "app", "gate");
        }

        RunningController? running = null;
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void KillAt(int number)
        {
            if (number == killAt && !killed.Task.IsCompleted)
            {
                running!.Process.Kill();
                killed.TrySetResult();
            }
        }

        proxy.Forget();
        (proxy.BeforeWrite, proxy.AfterWrite) = afterWrite ? (null, KillAt) : ((Action<int>)KillAt, (Action<int>?)null);
        running = await RunningController.StartAsync(proxy.KubeconfigPath, [], awaitReady: false);
        var restarting = killAt == 0 ? null : RestartAsync();

        foreach (var kind in Kinds)
        {
            await cluster.UntilHeldAsync(kind, ns, "app");
        }

        await cluster.OpenAsync(ns, "gate");
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "opened and closed again", gate =>
            gate["status"]?["requestedAt"] is not null && gate.Condition("Opened", "status") == "False" && gate["status"]!["nextTransition"] is null);
        foreach (var kind in Kinds)
        {
            await cluster.UntilHeldAsync(kind, ns, "app");
        }

        await cluster.AnnotateAsync(Kinds[1], ns, "app", "gating.toolkit.fluxcd.io/gates", null);
        await cluster.UntilAsync(Kinds[1], ns, "app", "is free", found => !found.IsSuspended() && found.Approved("status") is null && found.HeldBy() is null);
        await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts one held object", gate => (int?)gate["status"]!["held"] == 1);
        var writes = proxy.Writes;
        (proxy.BeforeWrite, proxy.AfterWrite) = (null, null);
        killed.TrySetResult();
        if (restarting is not null)
        {
            await restarting;
        }

        await running.DisposeAsync();
        var end = new StringBuilder();
        foreach (var kind in Kinds)
        {
            end.AppendLine(Describe((await cluster.GetAsync(kind, ns, "app"))!).Replace(ns, "NS", StringComparison.Ordinal));
        }

        var gate = (await cluster.GetAsync(FluxResources.Gate, ns, "gate"))!;
        end.AppendLine(CultureInfo.InvariantCulture, $"{gate.Condition("Opened", "status")} {gate.Condition("Opened", "message")} {gate.Condition("Ready", "status")} held {gate["status"]!["held"]}");
        return (end.ToString(), writes);

        async Task RestartAsync()
        {
            await killed.Task;
            var dead = running!;
            running = await RunningController.StartAsync(proxy.KubeconfigPath, [], awaitReady: false);
            await dead.DisposeAsync();
        }
    }

    private static string Describe(JsonNode found) => string.Join(
        " | ",
        (string)found["kind"]!,
        found.IsSuspended(),
        found.HeldBy(),
        string.Join(',', found.SuspendOwners()),
        string.Join(',', found["metadata"]!["annotations"]?.AsObject().Select(annotation => annotation.Key).Order() ?? Enumerable.Empty<string>()),
        found.Approved("status"),
        found.Approved("message"));
}
