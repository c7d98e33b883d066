using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Controller.Tests.Operation;

/// <summary>Two replicas with Flux's own default durations: one works, the other takes over.</summary>
public sealed class ReplicaTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;
    private static readonly ApiResource Lease = new("coordination.k8s.io", "v1", "leases", "Lease");

    [Fact]
    public async Task Another_replica_takes_over_within_three_seconds_when_the_leader_stops_cleanly_and_within_forty_when_it_is_killed()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await using var first = await StartAsync();
        await UntilHolderAsync(holder => holder.Length > 0);
        await using var second = await StartAsync();
        await HeldByLeaderAsync(ns, "one", TimeSpan.FromSeconds(10));

        var stopped = TimeProvider.System.GetTimestamp();
        var exit = await first.Process.TerminateAsync(TimeSpan.FromSeconds(25));
        exit.Should().Be(0, "it was asked to stop, and did");
        await HeldByLeaderAsync(ns, "two", TimeSpan.FromSeconds(10));
        TimeProvider.System.GetElapsedTime(stopped).Should().BeLessThan(TimeSpan.FromSeconds(3), "the lease was given up");

        await using var third = await StartAsync();
        var killed = TimeProvider.System.GetTimestamp();
        second.Process.Kill();
        await HeldByLeaderAsync(ns, "three", TimeSpan.FromSeconds(60));
        TimeProvider.System.GetElapsedTime(killed).Should().BeLessThan(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_two_hundred_releases_leaves_none_half_done_and_the_next_replica_ends_the_rest()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await cluster.CreateGatedAsync(Kustomization, ns, $"app-{i}", "gate"));
        await using (var first = await cluster.StartControllerAsync())
        {
            await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts two hundred", gate => (int?)gate["status"]?["held"] == 200, TimeSpan.FromSeconds(60));
            await cluster.OpenAsync(ns, "gate");
            await Eventually.GivesAsync("some are released", () => CountSuspendedAsync(ns), count => count < 195);
            Signals.Send(first.Process.Id, Signals.Terminate);
            (await first.Process.WaitForExitAsync(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken)).Should().Be(0);
        }

        var (found, _) = await cluster.Api.ListAsync(Kustomization, new() { Namespace = ns }, json => System.Text.Json.Nodes.JsonNode.Parse(json)!, TestContext.Current.CancellationToken);
        found.Should().OnlyContain(app => app.IsSuspended() == (app.HeldBy() != null), "an apply gives up both or neither");
        await using var second = await cluster.StartControllerAsync();
        await Eventually.GivesAsync("all are released", () => CountSuspendedAsync(ns), count => count == 0, TimeSpan.FromSeconds(60));
    }

    private Task<RunningController> StartAsync() => RunningController.StartAsync(cluster.ControlPlane.KubeconfigPath, ["--enable-leader-election"]);

    private Task<string> UntilHolderAsync(Func<string, bool> isWanted) => Eventually.GivesAsync(
        "somebody holds the lease", async () => (string?)(await cluster.GetAsync(Lease, "default", "sluice-controller-leader-election"))?["spec"]?["holderIdentity"] ?? "", isWanted);

    private async Task HeldByLeaderAsync(string ns, string name, TimeSpan timeout)
    {
        await cluster.CreateGatedAsync(Kustomization, ns, name, "gate");
        await cluster.UntilAsync(Kustomization, ns, name, "is held by whoever leads", found => found.IsSuspended(), timeout);
    }

    private async Task<int> CountSuspendedAsync(string ns)
    {
        var (found, _) = await cluster.Api.ListAsync(Kustomization, new() { Namespace = ns }, json => System.Text.Json.Nodes.JsonNode.Parse(json)!, TestContext.Current.CancellationToken);
        return found.Count(app => app.IsSuspended());
    }
}
