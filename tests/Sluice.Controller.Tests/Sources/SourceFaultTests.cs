using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>Faults that must neither release nor prune anything.</summary>
public sealed class SourceFaultTests(RunningApprovals running) : IClassFixture<RunningApprovals>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";

    private Cluster Cluster => running.Cluster;

    [Fact]
    public async Task A_source_that_is_deleted_leaves_what_was_released_and_releases_nothing()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        var pinned = (await source.UntilTargetAsync("is there", _ => true))["spec"]!;
        await source.FetchAsync(B, "sha256:02");
        await source.UntilWaitingAsync(B);
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gitrepository", "app", "--wait=false");
        await source.UntilAsync("misses its source", gated => gated.Condition("Ready", "reason") == "SourceNotFound");
        await source.OpenAsync();
        await source.UntilAsync("may pass, and does not", gated => gated.Condition("Approved", "reason") == "SourceMoved");
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().Be(A);

        // Deleted then, it is made again from what was released, though nobody has the source any more.
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gitrepository", "app-gated", "--wait=false");
        var again = await source.UntilTargetAsync("is there again", _ => true);
        JsonNode.DeepEquals(again["spec"], pinned).Should().BeTrue();
    }

    [Fact]
    public async Task A_candidate_that_was_pushed_away_is_not_released_by_its_approval()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.FetchAsync(B, "sha256:02");
        await source.UntilWaitingAsync(B);
        await source.FetchAsync(A, "sha256:01");
        await source.UntilAsync("has no candidate", gated => gated["status"]?["candidate"] is null);
        await source.OpenAsync();
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().Be(A);
    }

    [Fact]
    public async Task An_artifact_that_is_gone_leaves_what_was_released()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilReleasedAsync(A);
        await Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"status": {"artifact": null}}""", "gotk-source-controller", "status");
        await StaysAsync(source);
    }

    [Theory]
    [InlineData("False")]
    [InlineData("Unknown")]
    public async Task An_artifact_is_no_candidate_until_its_source_is_ready_with_it(string ready)
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilReleasedAsync(A);
        // It could not be verified, for instance.
        await source.FetchAsync(B, "sha256:02", ready: ready);
        await StaysAsync(source);
        await source.FetchAsync(B, "sha256:02");
        await source.UntilReleasedAsync(B);
        await source.UntilTargetAsync("is pinned at it", target => (string?)target["spec"]!["ref"]!["commit"] == "bb");
    }

    [Fact]
    public async Task Another_digest_under_the_released_revision_waits_at_the_gate()
    {
        var source = await PlayedSource.StartAsync(Cluster, "HelmChart");
        await source.ReleaseAsync("1.2.3", "sha256:01");
        await source.FetchAsync("1.2.3", "sha256:02");
        await source.UntilWaitingAsync("1.2.3", "sha256:02");
        GatedApp.Released((await source.GatedAsync())!, "digest").Should().Be("sha256:01");
    }

    [Fact]
    public async Task A_target_that_is_edited_is_set_back_and_one_that_is_deleted_is_made_again()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.UntilTargetAsync("is there", _ => true);
        await source.FetchAsync(A, "sha256:01", "app-gated");
        await source.UntilAsync("is ready", gated => gated.Condition("Ready", "status") == "True");

        // Somebody who may do everything, and says to be Sluice: else the policy refuses it.
        await Cluster.PatchAsync(source.Kind, source.Namespace, "app-gated", """{"spec": {"ref": {"commit": "ff"}, "ignore": null, "timeout": "5m"}}""", "sluice-sources");
        await source.UntilTargetAsync("is set back", target => (string?)target["spec"]!["ref"]!["commit"] == "aa" && (string?)target["spec"]!["ignore"] == "/docs" && (string?)target["spec"]!["timeout"] == "60s");
        var uid = (string?)(await source.UntilTargetAsync("is there", _ => true))["metadata"]!["uid"];
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gitrepository", "app-gated", "--wait=false");
        await source.UntilTargetAsync("is made again", target => (string?)target["metadata"]!["uid"] != uid && (string?)target["spec"]!["ref"]!["commit"] == "aa");
        await Eventually.GivesAsync("both are told", () => Cluster.Kubectl.RunAsync("-n", source.Namespace, "get", "events", "-o", "jsonpath={.items[?(@.reason==\"TargetRestored\")].message}"),
            messages => messages.Contains("was not as released", StringComparison.Ordinal) && messages.Contains("was missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_may_suspend_a_target_and_it_stays_so()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await Cluster.PatchAsync(source.Kind, source.Namespace, "app-gated", """{"spec": {"suspend": true}}""");
        await source.ReleaseAsync(B, "sha256:02");
        var target = await source.UntilTargetAsync("is at B", target => (string?)target["spec"]!["ref"]!["commit"] == "bb");
        target.IsSuspended().Should().BeTrue();
    }

    [Fact]
    public async Task What_Sluice_did_not_create_is_no_target_of_it()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""");
        await source.CreateSourceAsync("mine", """{"interval": "1h", "url": "https://git.example.org/mine.git"}""");
        var before = (await source.TargetAsync("mine"))!;
        await source.GateAsync(name: "second", target: "mine");
        await source.FetchAsync(A, "sha256:01");
        var gated = await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") == "TargetConflict", "second");
        gated.Condition("Ready", "message").Should().Contain($"GitRepository/{source.Namespace}/mine exists, and was not created by this GatedSource");
        GatedApp.Released(gated, "revision").Should().BeNull();
        (await source.TargetAsync("mine"))!["metadata"]!["resourceVersion"]!.ToString().Should().Be(before["metadata"]!["resourceVersion"]!.ToString());
    }

    [Fact]
    public async Task Of_two_gated_sources_with_one_target_the_older_has_it_and_the_other_says_so()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""");
        await source.CreateSourceAsync("other", """{"interval": "1h", "url": "https://git.example.org/other.git"}""");
        await source.GateAsync(name: "zweite", source: "other");
        await source.FetchAsync("main@sha1:cc", "sha256:03", "other");
        await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") == "TargetConflict", "zweite");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilReleasedAsync(A);
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["url"]!.GetValue<string>().Should().EndWith("app.git");

        // The target stays where the first one left it: pinned, and nobody else's.
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gatedsource", "app");
        await source.UntilAsync("is stalled still", gated => gated.Condition("Stalled", "message")?.Contains("is the target of GatedSource", StringComparison.Ordinal) == true, "zweite");
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["ref"]!["commit"]!.GetValue<string>().Should().Be("aa");
    }

    [Fact]
    public async Task Gated_sources_that_feed_each_other_in_a_circle_are_told()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""", gated: "");
        await source.GateAsync(name: "back", source: "app-gated", target: "app");
        await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") is "Cycle" or "TargetConflict", "back");
        await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") == "Cycle");
        await source.FetchAsync(A, "sha256:01");
        await source.LookedAtAgainAsync();
        (await source.TargetAsync()).Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData(", initial: release")]
    public async Task A_gated_source_that_is_deleted_and_made_again_releases_nothing_and_keeps_its_target(string more)
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gatedsource", "app");
        await source.FetchAsync(B, "sha256:02");
        await source.GateAsync(more);
        await source.UntilWaitingAsync(B);
        await source.LookedAtAgainAsync();
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["ref"]!["commit"]!.GetValue<string>().Should().Be("aa");
    }

    [Fact]
    public async Task A_gate_that_is_missing_or_does_not_admit_holds()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""", gated: "");
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gate", "release");
        await source.FetchAsync(A, "sha256:01");
        var gated = await source.UntilWaitingAsync(A);
        gated.Condition("Approved", "reason").Should().Be("GateNotFound");
        (await source.TargetAsync()).Should().BeNull();
    }

    /// <summary>A is released and nothing waits, though its gate is open.</summary>
    private static async Task StaysAsync(PlayedSource source)
    {
        await source.LookedAtAgainAsync();
        var gated = (await source.GatedAsync())!;
        GatedApp.Released(gated, "revision").Should().Be(A);
        gated["status"]!["candidate"].Should().BeNull();
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["ref"]!["commit"]!.GetValue<string>().Should().Be("aa");
    }
}
