using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>A watch that hangs while others do not: what the API server has by then counts at the moment of a release, not what the watch has told.</summary>
public sealed partial class LaggingWatchTests(Cluster cluster) : IClassFixture<Cluster>
{
    private const string A = "main@sha1:aa";

    [Fact]
    public async Task An_approval_that_was_taken_back_while_the_watch_of_approvals_hangs_releases_nothing()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await PlayedSource.StartAsync(cluster, gate: """{"approvals": {}}""");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        var vote = await source.VoteAsync("alice");
        await PlayedSource.CastAsync(cluster.Kubectl, vote);
        await source.UntilAsync("counts the vote", gated => gated["status"]!["candidate"]?["approvals"] is not null);

        Hang(proxy, "/approvals");
        await cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "approval", (string)vote["metadata"]!["name"]!);
        await source.OpenAsync();
        await AsksAsync(proxy, $"/approvals/{vote["metadata"]!["name"]}");
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();

        proxy.Withholds = _ => false;
        await source.UntilAsync("counts it no more", gated => gated.Condition("Approved", "message")?.Contains("0 of 1 approvals", StringComparison.Ordinal) == true);
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
    }

    [Fact]
    public async Task A_gate_that_was_closed_while_the_watch_of_gates_hangs_lets_nothing_pass()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await PlayedSource.StartAsync(cluster, gate: """{"default": "opened", "approvals": {}}""");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);

        Hang(proxy, "/gates");
        await source.CloseAsync();
        await PlayedSource.CastAsync(cluster.Kubectl, await source.VoteAsync("alice"));
        var gated = await source.UntilAsync("is told that the gate is closed", gated => gated.Condition("Approved", "reason") == "GateClosed");
        GatedApp.Released(gated, "revision").Should().BeNull();
        proxy.Withholds = _ => false;
        await source.OpenAsync();
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task Without_a_hang_what_is_approved_is_released_by_the_first_look_at_it()
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await PlayedSource.StartAsync(cluster, gate: """{"default": "opened", "approvals": {}}""");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        await source.LookedAtAgainAsync();
        proxy.Forget();
        await PlayedSource.CastAsync(cluster.Kubectl, await source.VoteAsync("alice"));
        await source.UntilReleasedAsync(A);
        await source.UntilTargetAsync("is there", _ => true);
        proxy.Requests.Count(request => request.StartsWith("GET", StringComparison.Ordinal) && request.Contains("/gates/release", StringComparison.Ordinal)).Should().Be(1);
        proxy.Requests.Where(IsList).Should().BeEmpty("neither gates, approvals and GatedSources nor anything else is listed");
    }

    [Theory]
    [InlineData("GET /apis/gating.toolkit.fluxcd.io/v1alpha1/approvals", true)]
    [InlineData("GET /apis/gating.toolkit.fluxcd.io/v1alpha1/gates?limit=500", true)]
    [InlineData("GET /apis/source.toolkit.fluxcd.io/v1/namespaces/test-1/gitrepositories?fieldSelector=metadata.name%3Dapp", true)]
    [InlineData("GET /api/v1/namespaces", true)]
    [InlineData("GET /api/v1/namespaces/test-1/configmaps?limit=500", true)]
    [InlineData("GET /apis/gating.toolkit.fluxcd.io/v1alpha1/gates?watch=true&allowWatchBookmarks=true", false)]
    [InlineData("GET /apis/gating.toolkit.fluxcd.io/v1alpha1/namespaces/test-1/gates?allowWatchBookmarks=true&watch=true", false)]
    [InlineData("GET /apis/gating.toolkit.fluxcd.io/v1alpha1/namespaces/test-1/gates/release", false)]
    [InlineData("GET /api/v1/namespaces/test-1", false)]
    [InlineData("POST /apis/gating.toolkit.fluxcd.io/v1alpha1/namespaces/test-1/approvals", false)]
    public void A_list_is_told_from_a_watch_and_from_a_request_for_one_object(string request, bool isList) => IsList(request).Should().Be(isList);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_controller_that_does_not_know_what_another_has_released_since_does_not_take_the_target_back(bool isDeleted)
    {
        await using var proxy = await RecordingProxy.StartAsync(cluster.ControlPlane);
        await using var controller = await StartAsync(proxy);
        var source = await PlayedSource.StartAsync(cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.UntilTargetAsync("is there", _ => true);
        await using var pinned = await WatchRecorder.StartAsync(cluster, source.Kind, source.Namespace, found => (string?)found["spec"]!["ref"]!["commit"]);

        // As another leader would: its status first, then the target.
        Hang(proxy, "/gatedsources");
        var status = (await source.GatedAsync())!["status"]!.AsObject();
        foreach (var released in new[] { status["released"]!, status["history"]![0]! })
        {
            (released["revision"], released["digest"]) = ("main@sha1:bb", "sha256:02");
        }

        await cluster.PatchAsync(GatedApp.GatedSource, source.Namespace, "app", new JsonObject { ["status"] = new JsonObject { ["released"] = status["released"]!.DeepClone(), ["history"] = status["history"]!.DeepClone() } }.ToJsonString(), "sluice", "status");
        var asked = Asked();
        await (isDeleted ? cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gitrepository", "app-gated")
            : cluster.PatchAsync(source.Kind, source.Namespace, "app-gated", """{"spec": {"ref": {"commit": "bb"} } }""", "sluice-sources"));
        await Eventually.GivesAsync("the controller asks", () => Task.FromResult(Asked()), count => count > asked);
        proxy.Withholds = _ => false;
        await source.UntilTargetAsync("is at bb", target => (string?)target["spec"]!["ref"]!["commit"] == "bb");
        await source.LookedAtAgainAsync();
        pinned.Values.Where(value => value != WatchRecorder.Deleted).Should().Equal("aa", "bb");

        int Asked() => proxy.Requests.Count(request => request.StartsWith("GET", StringComparison.Ordinal) && request.EndsWith("/gatedsources/app", StringComparison.Ordinal));
    }

    private static Task<RunningController> StartAsync(RecordingProxy proxy) => RunningController.StartAsync(proxy.KubeconfigPath, ["--trust-requested-by", "--max-retry-delay=1s"]);

    private static void Hang(RecordingProxy proxy, string collection) =>
        proxy.Withholds = request => request.Contains("watch=", StringComparison.Ordinal) && request.Contains($"{collection}?", StringComparison.Ordinal);

    /// <summary>It has asked for it twice, so it was looked at again with what the first answer said.</summary>
    private static Task AsksAsync(RecordingProxy proxy, string path) => Eventually.GivesAsync(
        $"{path} is asked for", () => Task.FromResult(proxy.Requests.Count(request => request.StartsWith("GET", StringComparison.Ordinal) && request.EndsWith(path, StringComparison.Ordinal))), count => count > 1);

    private static bool IsList(string request) => Collection().IsMatch(request);

    [GeneratedRegex(@"^GET /api(s/[^/]+)?/[^/]+/(namespaces/[^/]+/)?[^/?]+(\?(?!.*watch=).*)?$")]
    private static partial Regex Collection();
}
