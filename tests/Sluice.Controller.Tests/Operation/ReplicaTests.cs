using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Controller.Tests.Operation;

/// <summary>Two replicas with Flux's own default durations: one works, the other takes over.</summary>
public sealed class ReplicaTests(Cluster cluster) : IClassFixture<Cluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;
    private static readonly ApiResource Event = new("", "v1", "events", "Event");
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
    public async Task A_stop_in_the_middle_of_two_hundred_releases_leaves_none_untold_and_the_next_replica_ends_the_rest()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.CreateGateAsync(ns, "gate", "{}");
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await cluster.CreateGatedAsync(Kustomization, ns, $"app-{i}", "gate"));
        await using (var first = await cluster.StartControllerAsync())
        {
            await cluster.UntilAsync(FluxResources.Gate, ns, "gate", "counts two hundred", gate => (int?)gate["status"]?["held"] == 200, TimeSpan.FromSeconds(60));
            // A stop has five seconds for what is still to be told.
            await Eventually.GivesAsync("all holds are told", () => ToldAsync(ns, "Held"), held => held.Count == 200, TimeSpan.FromSeconds(60));
            await cluster.OpenAsync(ns, "gate");
            await Eventually.GivesAsync("some are released", () => CountSuspendedAsync(ns), count => count < 195);
            Signals.Send(first.Process.Id, Signals.Terminate);
            (await first.Process.WaitForExitAsync(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken)).Should().Be(0);
        }

        var released = (await ListAsync(Kustomization, ns)).Where(app => !app.IsSuspended()).Select(app => (string)app["metadata"]!["name"]!);
        (await ToldAsync(ns, "Released")).Should().BeEquivalentTo(released, "what tells of the releases ends after what makes them");
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

    private async Task<int> CountSuspendedAsync(string ns) => (await ListAsync(Kustomization, ns)).Count(app => app.IsSuspended());

    /// <summary>The names of the objects that have an Event of that reason.</summary>
    private async Task<IReadOnlyList<string>> ToldAsync(string ns, string reason) =>
        [.. (await ListAsync(Event, ns)).Where(told => (string?)told["reason"] == reason).Select(told => (string)told["involvedObject"]!["name"]!)];

    private async Task<IReadOnlyList<JsonNode>> ListAsync(ApiResource resource, string ns) =>
        (await cluster.Api.ListAsync(resource, new() { Namespace = ns }, json => JsonNode.Parse(json)!, TestContext.Current.CancellationToken)).Items;
}
