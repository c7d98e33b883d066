using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>The main job of GatedSource, on a real API server with a Git repository.</summary>
public sealed class GatedSourceTests(ApprovingCluster approving) : IClassFixture<ApprovingCluster>
{
    private const string TwoPeople = """{"default": "opened", "approvals": {"required": 2}}""";

    private Cluster Cluster => approving.Cluster;

    [Fact]
    public async Task Exactly_what_two_people_approved_is_deployed_and_drift_of_it_is_corrected_while_others_wait()
    {
        await using var controller = await approving.StartControllerAsync();
        await using var app = await GatedApp.StartAsync(Cluster, TwoPeople);
        await using var everDeployed = await WatchRecorder.StartAsync(Cluster, GatedApp.Deployment, app.Namespace, deployment => deployment.Annotation("version"));
        var a = await app.CommitAsync("A");
        await app.GateAsync(", initial: release");
        await app.UntilReleasedAsync(a);
        await app.UntilDeployedAsync("A");

        var b = await app.CommitAsync("B");
        var waitingB = await app.UntilWaitingAsync(b);
        await Cluster.Kubectl.RunAsync("-n", app.Namespace, "delete", "deployment", "app");
        await app.UntilDeployedAsync("A");
        await app.VoteAsync("alice", waitingB);
        await app.UntilSourceAsync("counts alice's vote", source => (string?)source["status"]!["candidate"]?["approvals"]?[0]?["approver"] == "alice");

        var c = await app.CommitAsync("C");
        var waitingC = await app.UntilWaitingAsync(c);
        GatedApp.Candidate(waitingC, "supersedes").Should().Be(b);
        await app.VoteAsync("bob", waitingB);
        await app.VoteAsync("carol", waitingC);
        await app.UntilSourceAsync("counts carol's vote alone", source => source["status"]!["candidate"]?["approvals"] is JsonArray { Count: 1 } votes && (string?)votes[0]!["approver"] == "carol");
        (await app.DeployedAsync()).Should().Be("A");

        await app.VoteAsync("dave", waitingC);
        await app.UntilReleasedAsync(c);
        await app.UntilDeployedAsync("C");

        var released = (await app.SourceAsync())!["status"]!["history"]!.AsArray().Select(entry => (string?)entry!["revision"]);
        released.Should().Equal(c, a);
        GatedApp.Released((await app.SourceAsync())!, "by").Should().Be("carol, dave");

        // Back to A, which nobody has voted about: spec.initial let it through.
        await (await Cluster.AsAsync(app.Namespace, "olga", "sluice-operator")).RunAsync("-n", app.Namespace, "annotate", "gatedsource", "app",
            $"gating.toolkit.fluxcd.io/rollback-to={a}", "gating.toolkit.fluxcd.io/rollback-requestedAt=1", "gating.toolkit.fluxcd.io/rollback-requestedBy=olga");
        var waitingA = await app.UntilWaitingAsync(a);
        await app.VoteAsync("alice", waitingA);
        await app.UntilSourceAsync("counts alice's vote", source => (string?)source["status"]!["candidate"]?["approvals"]?[0]?["approver"] == "alice");
        (await app.DeployedAsync()).Should().Be("C", "one of two has approved");
        await app.VoteAsync("bob", waitingA);
        await app.UntilReleasedAsync(a);
        await app.UntilDeployedAsync("A");
        GatedApp.Released((await app.SourceAsync())!, "by").Should().Be("olga, alice, bob");
        everDeployed.Values.Should().Equal("A", WatchRecorder.Deleted, "A", "C", "A");
    }

    [Fact]
    public async Task What_is_deployed_stays_when_its_source_is_pushed_back_or_deleted_and_when_the_target_is_deleted()
    {
        await using var controller = await approving.StartControllerAsync();
        await using var app = await GatedApp.StartAsync(Cluster, """{"default": "opened"}""");
        await using var everDeployed = await WatchRecorder.StartAsync(Cluster, GatedApp.Deployment, app.Namespace, deployment => deployment.Annotation("version"));
        await app.GateAsync();
        var a = await app.CommitAsync("A");
        await app.UntilReleasedAsync(a);
        await app.UntilDeployedAsync("A");
        var b = await app.CommitAsync("B");
        await app.UntilReleasedAsync(b);
        await app.UntilDeployedAsync("B");

        await Cluster.CloseAsync(app.Namespace, "release");
        await Cluster.UntilAsync(FluxResources.Gate, app.Namespace, "release", "is closed", gate => gate.Condition("Opened", "status") == "False");
        await app.PushBackAsync(a);
        await app.UntilWaitingAsync(a);
        await app.UntilReconciledAsync();
        await Cluster.Kubectl.RunAsync("-n", app.Namespace, "delete", "gitrepository", "app");
        await app.UntilSourceAsync("says that its source is gone", source => source.Condition("Ready", "reason") == "SourceNotFound");
        await app.UntilReconciledAsync();
        await Cluster.Kubectl.RunAsync("-n", app.Namespace, "delete", "gitrepository", "app-gated");
        await Cluster.UntilAsync(GatedApp.GitRepository, app.Namespace, "app-gated", "is made again and fetched", target => target["status"]?["artifact"] is not null);
        await app.UntilReconciledAsync();

        everDeployed.Values.Should().Equal("A", "B");
    }
}
