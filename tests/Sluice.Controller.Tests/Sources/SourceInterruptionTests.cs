using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>A crash between any two writes is harmless, and with the controller down nothing new passes.</summary>
public sealed class SourceInterruptionTests(ApprovingCluster approving) : IClassFixture<ApprovingCluster>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";

    private Cluster Cluster => approving.Cluster;

    [Fact]
    public async Task A_controller_that_was_cut_off_after_its_decision_brings_the_target_to_it_when_it_comes_back()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await using (var controller = await approving.StartControllerAsync())
        {
            await source.ReleaseAsync(A, "sha256:01");
            await source.FetchAsync(B, "sha256:02");
            await source.UntilWaitingAsync(B);
            controller.Process.Kill();
        }

        // As the controller leaves it when it ends between the two: the status says B, the target is still at A.
        var status = (await source.GatedAsync())!["status"]!.DeepClone();
        var waiting = status["candidate"]!;
        status["released"] = new System.Text.Json.Nodes.JsonObject
        {
            ["revision"] = B,
            ["digest"] = "sha256:02",
            ["specDigest"] = waiting["specDigest"]!.DeepClone(),
            ["at"] = "2026-11-25T12:00:00Z",
            ["reason"] = "GateOpened",
        };
        status["history"]!.AsArray().Insert(0, status["released"]!.DeepClone());
        await Cluster.PatchAsync(GatedApp.GatedSource, source.Namespace, "app", $$"""{"status": {"candidate": null, "released": {{status["released"]!.ToJsonString()}}, "history": {{status["history"]!.ToJsonString()}} } }""", "sluice", "status");
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["ref"]!["commit"]!.GetValue<string>().Should().Be("aa");

        await using var again = await approving.StartControllerAsync();
        await source.UntilTargetAsync("is at B", target => (string?)target["spec"]!["ref"]!["commit"] == "bb");
        await source.UntilAsync("has nothing waiting", gated => gated["status"]!["candidate"] is null);
    }

    [Fact]
    public async Task A_controller_that_was_cut_off_before_its_target_was_created_creates_it_when_it_comes_back()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await using (var controller = await approving.StartControllerAsync())
        {
            await source.ReleaseAsync(A, "sha256:01");
            controller.Process.Kill();
        }

        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gitrepository", "app-gated", "--wait=false");
        await using var again = await approving.StartControllerAsync();
        await source.UntilTargetAsync("is there again", target => (string?)target["spec"]!["ref"]!["commit"] == "aa");
    }

    [Fact]
    public async Task With_the_controller_down_nothing_new_passes_and_when_it_comes_back_it_decides_by_what_is_then()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened", "approvals": {"required": 1}}""");
        await using (var controller = await approving.StartControllerAsync())
        {
            await source.FetchAsync(A, "sha256:01");
            await source.UntilWaitingAsync(A);
            controller.Process.Kill();
        }

        var alice = await source.AsAsync("alice", "sluice-approver");
        var vote = await source.VoteAsync("alice");
        await alice.RunAsync(["create", "-f", "-"], vote.ToJsonString(), TestContext.Current.CancellationToken);
        await alice.RunAsync("-n", source.Namespace, "delete", "approval", (string)vote["metadata"]!["name"]!);
        await using var again = await approving.StartControllerAsync();
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull("the vote was revoked before anybody looked");
        await alice.RunAsync(["create", "-f", "-"], (await source.VoteAsync("alice")).ToJsonString(), TestContext.Current.CancellationToken);
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task Without_the_word_that_admission_proves_who_votes_no_vote_counts()
    {
        await using var controller = await Cluster.StartControllerAsync();
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened", "approvals": {"required": 1}}""");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        await (await source.AsAsync("alice", "sluice-approver")).RunAsync(["create", "-f", "-"], (await source.VoteAsync("alice")).ToJsonString(), TestContext.Current.CancellationToken);
        var gated = await source.UntilAsync("says why", gated => gated.Condition("Approved", "message")?.Contains("start sluice-controller with --trust-requested-by", StringComparison.Ordinal) == true);
        GatedApp.Released(gated, "revision").Should().BeNull();
    }

    [Fact]
    public async Task Idle_means_idle()
    {
        await using var controller = await approving.StartControllerAsync();
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.FetchAsync(A, "sha256:01", "app-gated");
        await source.UntilAsync("is ready", gated => gated.Condition("Ready", "status") == "True");
        await source.LookedAtAgainAsync();
        var before = (await source.GatedAsync(), await source.TargetAsync());
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
        var after = (await source.GatedAsync(), await source.TargetAsync());
        Version(after.Item1!).Should().Be(Version(before.Item1!));
        Version(after.Item2!).Should().Be(Version(before.Item2!));
    }

    private static string Version(System.Text.Json.Nodes.JsonNode found) => (string)found["metadata"]!["resourceVersion"]!;
}
