using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;

namespace Sluice.Controller.Tests.Sources;

/// <summary>What the target of a gated source is, for each kind of source.</summary>
public sealed class PinningTests(RunningApprovals running) : IClassFixture<RunningApprovals>
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private const string Image = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("GitRepository", "main@sha1:" + Commit, """{"ref": {"branch": "main", "commit": "0123456789abcdef0123456789abcdef01234567"}}""")]
    [InlineData("OCIRepository", "1.2.3@" + Image, """{"ref": {"digest": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}""")]
    [InlineData("HelmChart", "1.2.3", """{"version": "1.2.3"}""")]
    public async Task The_target_is_the_sources_spec_with_the_revision_pinned(string kind, string revision, string pinned)
    {
        var source = await PlayedSource.StartAsync(running.Cluster, kind);
        await source.FetchAsync(revision, "sha256:01");
        await source.UntilWaitingAsync(revision);
        (await source.TargetAsync()).Should().BeNull("its gate is closed");
        await source.OpenAsync();
        await source.UntilReleasedAsync(revision);

        var target = await source.UntilTargetAsync("is there", _ => true);
        var expected = (await source.TargetAsync("app"))!["spec"]!.DeepClone().AsObject();
        foreach (var (field, value) in JsonNode.Parse(pinned)!.AsObject())
        {
            expected[field] = value!.DeepClone();
        }

        JsonNode.DeepEquals(target["spec"], expected).Should().BeTrue($"expected {expected.ToJsonString()}, found {target["spec"]!.ToJsonString()}");
    }

    [Theory]
    [InlineData("""{"ref": {"tag": "v1.0"}}""", "v1.0@sha1:" + Commit)]
    [InlineData("""{"ref": {"semver": "1.x"}}""", "v1.0@sha1:" + Commit)]
    [InlineData("""{"ref": {"name": "refs/heads/main"}}""", "refs/heads/main@sha1:" + Commit)]
    [InlineData("""{"ref": {"branch": "main", "tag": "v1.0"}}""", "v1.0@sha1:" + Commit)]
    [InlineData("""{"ref": {"branch": "main", "semver": "1.x"}}""", "v1.0@sha1:" + Commit)]
    [InlineData("""{}""", "main@sha1:" + Commit)]
    public async Task A_git_repository_is_pinned_by_commit_whatever_it_follows(string reference, string revision)
    {
        var spec = JsonNode.Parse("""{"interval": "1h", "url": "https://git.example.org/app.git"}""")!.AsObject();
        foreach (var (field, value) in JsonNode.Parse(reference)!.AsObject())
        {
            spec[field] = value!.DeepClone();
        }

        var source = await PlayedSource.StartAsync(running.Cluster, spec: spec.ToJsonString(), gate: """{"default": "opened"}""");
        await source.FetchAsync(revision, "sha256:01");
        var target = await source.UntilTargetAsync("is there", _ => true);
        target["spec"]!["ref"]!.ToJsonString().Should().Be($$"""{"commit":"{{Commit}}"}""");

        // A pinned repository calls the commit by no name.
        await source.FetchAsync($"sha1:{Commit}", "sha256:01", "app-gated");
        await source.UntilAsync("is ready", gated => gated.Condition("Ready", "status") == "True" && gated.Condition("Ready", "message") == $"{revision} is released");
    }

    [Fact]
    public async Task A_field_of_the_source_that_is_changed_without_a_new_revision_is_a_new_candidate()
    {
        var source = await PlayedSource.StartAsync(running.Cluster);
        await source.ReleaseAsync("main@sha1:aa", "sha256:01");
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"ignore": "/nothing"}}""");
        await source.LookedAtAgainAsync();
        GatedApp.Candidate((await source.GatedAsync())!, "revision").Should().BeNull("the artifact is not of the new spec yet");

        await source.FetchAsync("main@sha1:aa", "sha256:01");
        var waiting = await source.UntilWaitingAsync("main@sha1:aa", "sha256:01");
        GatedApp.Candidate(waiting, "specDigest").Should().NotBe(GatedApp.Released(waiting, "specDigest"));
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["ignore"]!.GetValue<string>().Should().Be("/docs");
        await source.OpenAsync();
        await source.UntilTargetAsync("has the new field", target => (string?)target["spec"]!["ignore"] == "/nothing");
    }

    [Fact]
    public async Task A_source_that_is_suspended_and_resumed_is_the_same_candidate()
    {
        var source = await PlayedSource.StartAsync(running.Cluster);
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        var before = await source.UntilWaitingAsync("main@sha1:aa");
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"suspend": true}}""");
        await source.OpenAsync();
        var after = await source.UntilReleasedAsync("main@sha1:aa");
        GatedApp.Released(after, "specDigest").Should().Be(GatedApp.Candidate(before, "specDigest"));
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["suspend"].Should().BeNull();
    }

    [Fact]
    public async Task A_spec_that_is_changed_while_the_source_is_suspended_is_a_candidate_with_what_is_fetched_for_it_and_not_with_what_was_there()
    {
        var source = await PlayedSource.StartAsync(running.Cluster);
        await source.ReleaseAsync("main@sha1:aa", "sha256:01");
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"suspend": true, "ignore": "/other"}}""");
        // source-controller takes note of the generation, in the status and in the condition, and leaves the artifact.
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        await source.OpenAsync();
        await source.UntilAsync("says why", gated => gated.Condition("Approved", "message")!.EndsWith("is suspended, so whether its artifact is of its present spec is not known: resume it", StringComparison.Ordinal));
        await source.LookedAtAgainAsync();
        var gated = (await source.GatedAsync())!;
        gated["status"]!["candidate"].Should().BeNull();
        GatedApp.Released(gated, "digest").Should().Be("sha256:01");
        ((string?)(await source.TargetAsync())!["spec"]!["ignore"]).Should().Be("/docs");

        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"suspend": false}}""");
        await source.FetchAsync("main@sha1:aa", "sha256:02");
        await source.UntilReleasedAsync("main@sha1:aa", "sha256:02");
        await source.UntilTargetAsync("has the spec that this was fetched for", target => (string?)target["spec"]!["ignore"] == "/other");
    }

    [Fact]
    public async Task A_target_that_is_suspended_is_not_taken_for_one_that_somebody_has_changed()
    {
        var source = await PlayedSource.StartAsync(running.Cluster);
        await source.ReleaseAsync("main@sha1:aa", "sha256:01");
        await source.UntilTargetAsync("is there", _ => true);
        await source.FetchAsync("main@sha1:aa", "sha256:01", "app-gated");
        await source.UntilAsync("is ready", gated => gated.Condition("Ready", "status") == "True");
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "app-gated", """{"spec": {"suspend": true}}""");
        await source.ReleaseAsync("main@sha1:bb", "sha256:02");
        await source.UntilTargetAsync("is pinned", target => (string?)target["spec"]!["ref"]!["commit"] == "bb");
        // source-controller takes note of the generation, and has the old artifact.
        await source.FetchAsync("main@sha1:aa", "sha256:01", "app-gated");
        await source.UntilAsync("says so", gated => gated.Condition("Ready", "reason") == "TargetSuspended"
            && gated.Condition("Ready", "message")!.EndsWith("is suspended and still has main@sha1:aa: resume it", StringComparison.Ordinal));
        await source.LookedAtAgainAsync();
        (await running.Cluster.Kubectl.RunAsync("-n", source.Namespace, "get", "events", "-o", "jsonpath={.items[*].reason}")).Should().NotContain("RevisionMismatch");

        // What no release has had is said to be so all the same.
        await source.FetchAsync("main@sha1:bb", "sha256:66", "app-gated");
        await source.UntilAsync("says so", gated => gated.Condition("Ready", "reason") == "DigestMismatch");

        // So is another revision that no release has had, without blaming anybody: a target may be older than what is known of it.
        await source.FetchAsync("main@sha1:dd", "sha256:04", "app-gated");
        var mismatch = await source.UntilAsync("says so", gated => gated.Condition("Ready", "reason") == "RevisionMismatch");
        mismatch.Condition("Ready", "message").Should().Contain(
            "is suspended, pinned at main@sha1:bb, which was approved, and has main@sha1:dd, which is no release that status.history has. Resume it, and it fetches what was approved");
    }

    [Fact]
    public async Task A_target_that_a_gate_holds_says_by_which_it_is_suspended()
    {
        var source = await PlayedSource.StartAsync(running.Cluster);
        await source.ReleaseAsync("main@sha1:aa", "sha256:01");
        await source.UntilTargetAsync("is there", _ => true);
        await source.FetchAsync("main@sha1:aa", "sha256:01", "app-gated");
        await running.Cluster.CreateGateAsync(source.Namespace, "freeze", """{"default": "closed"}""");
        await running.Cluster.AnnotateAsync(source.Kind, source.Namespace, "app-gated", "gating.toolkit.fluxcd.io/gates", "freeze");
        await source.UntilTargetAsync("is held", target => target.IsSuspended() && target.HeldBy() is not null);
        await source.ReleaseAsync("main@sha1:bb", "sha256:02");
        await source.UntilTargetAsync("is pinned", target => (string?)target["spec"]!["ref"]!["commit"] == "bb");
        // source-controller takes note of the generation, and has the old artifact.
        await source.FetchAsync("main@sha1:aa", "sha256:01", "app-gated");
        await source.UntilAsync("says so", gated => gated.Condition("Ready", "reason") == "TargetSuspended"
            && gated.Condition("Ready", "message")!.EndsWith($"is suspended and still has main@sha1:aa: it is held by {source.Namespace}/freeze (GateClosed)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_chart_out_of_a_repository_of_sources_cannot_be_pinned_and_says_what_to_do()
    {
        var source = await PlayedSource.StartAsync(
            running.Cluster, "HelmChart", """{"interval": "1h", "chart": "./chart", "sourceRef": {"kind": "GitRepository", "name": "app"}}""", """{"default": "opened"}""");
        await source.FetchAsync("1.2.3", "sha256:01");
        var gated = await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") == "CannotPin");
        gated.Condition("Ready", "message").Should().Contain("put the GitRepository behind a GatedSource, and have the HelmChart use its target");
        (await source.TargetAsync()).Should().BeNull();
    }

    [Theory]
    [InlineData("Tag")]
    [InlineData("TagAndHEAD")]
    public async Task A_git_repository_of_which_a_tag_is_verified_cannot_be_pinned_since_a_target_names_a_commit(string mode)
    {
        var source = await PlayedSource.StartAsync(
            running.Cluster, spec: $$"""{"interval": "1h", "url": "https://git.example.org/app.git", "ref": {"semver": "1.x"}, "verify": {"mode": "{{mode}}", "secretRef": {"name": "keys"} } }""", gate: """{"default": "opened"}""");
        await source.FetchAsync("v1.0@sha1:" + Commit, "sha256:01");
        var gated = await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") == "CannotPin");
        gated.Condition("Ready", "message").Should().Contain($"spec.verify.mode of the GitRepository is {mode}").And.Contain("Use mode HEAD");
        (await source.TargetAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_chart_with_values_files_has_another_version_in_every_HelmChart_and_cannot_be_pinned()
    {
        var source = await PlayedSource.StartAsync(
            running.Cluster, "HelmChart", """{"interval": "1h", "chart": "app", "version": "1.x", "sourceRef": {"kind": "HelmRepository", "name": "charts"}, "valuesFiles": ["values.yaml"]}""", """{"default": "opened"}""");
        await source.FetchAsync("1.2.3+1", "sha256:01");
        var gated = await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") == "CannotPin");
        gated.Condition("Ready", "message").Should().Contain("spec.valuesFiles").And.Contain("put the values into the HelmRelease");
        (await source.TargetAsync()).Should().BeNull();
    }

    [Fact]
    public async Task What_another_repository_includes_must_be_the_target_of_a_gated_source_too()
    {
        var source = await PlayedSource.StartAsync(
            running.Cluster, spec: """{"interval": "1h", "url": "https://git.example.org/app.git", "include": [{"repository": {"name": "shared"}}]}""", gate: """{"default": "opened"}""");
        await source.CreateSourceAsync("shared", """{"interval": "1h", "url": "https://git.example.org/shared.git", "ref": {"branch": "main"}}""");
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "message")?.Contains($"includes GitRepository/{source.Namespace}/shared, which is not the target of a GatedSource", StringComparison.Ordinal) == true);

        // A commit that anybody may change is no better.
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "shared", """{"spec": {"ref": {"commit": "0123456789abcdef0123456789abcdef01234567"}}}""");
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();

        await source.GateAsync(name: "shared", source: "shared", target: "shared-gated");
        await source.FetchAsync("main@sha1:cc", "sha256:0c", "shared");
        await source.UntilAsync("has released it", gated => GatedApp.Released(gated, "revision") == "main@sha1:cc", "shared");
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"include": [{"repository": {"name": "shared-gated"}}]}}""");
        await source.FetchAsync("main@sha1:aa", "sha256:02");
        await source.UntilReleasedAsync("main@sha1:aa", "sha256:02");
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["include"]![0]!["repository"]!["name"]!.GetValue<string>().Should().Be("shared-gated");

        // What is released is kept up, though the source includes something loose by now.
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"include": [{"repository": {"name": "shared"}}]}}""");
        await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") == "CannotPin");
        await running.Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gitrepository", "app-gated");
        (await source.UntilTargetAsync("is made again", _ => true))["spec"]!["include"]![0]!["repository"]!["name"]!.GetValue<string>().Should().Be("shared-gated");
    }

    [Fact]
    public async Task A_repository_that_includes_what_is_made_of_it_is_refused_since_each_release_would_be_inside_the_next()
    {
        var source = await PlayedSource.StartAsync(running.Cluster, spec: """{"interval": "1h", "url": "https://git.example.org/app.git"}""", gate: """{"default": "opened"}""");
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        await source.UntilReleasedAsync("main@sha1:aa");
        await source.UntilTargetAsync("is there", _ => true);
        await IncludeAsync(source, "app", "app-gated");
        await source.FetchAsync("main@sha1:aa", "sha256:02");
        await IsRefusedAsync(source, "app", "app-gated");
        await source.LookedAtAgainAsync();
        var gated = (await source.GatedAsync())!;
        GatedApp.Released(gated, "digest").Should().Be("sha256:01");
        gated["status"]!["candidate"].Should().BeNull();

        await IncludeAsync(source, "app", null);
        await source.FetchAsync("main@sha1:bb", "sha256:03");
        await source.UntilReleasedAsync("main@sha1:bb");
    }

    [Fact]
    public async Task Of_two_repositories_that_include_each_others_targets_the_second_is_refused_until_the_first_does_so_no_more()
    {
        var source = await PlayedSource.StartAsync(running.Cluster, spec: """{"interval": "1h", "url": "https://git.example.org/app.git"}""", gate: """{"default": "opened"}""");
        await source.CreateSourceAsync("other", """{"interval": "1h", "url": "https://git.example.org/other.git"}""");
        await source.GateAsync(name: "other", source: "other", target: "other-gated");
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        await source.UntilReleasedAsync("main@sha1:aa");
        await source.FetchAsync("main@sha1:cc", "sha256:c1", "other");
        await UntilOtherReleasedAsync("sha256:c1");
        await IncludeAsync(source, "app", "other-gated");
        await source.FetchAsync("main@sha1:aa", "sha256:02");
        await source.UntilReleasedAsync("main@sha1:aa", "sha256:02");

        // One that wants what is included for its target, and is made of what includes it, does not get it and harms nobody.
        await source.GateAsync(name: "late", source: "app", target: "late-gated");
        await source.UntilAsync("has released", gated => GatedApp.Released(gated, "digest") == "sha256:02", "late");
        await source.GateAsync(name: "late", source: "app", target: "other-gated");
        await source.UntilAsync("is refused", gated => gated.Condition("Stalled", "reason") == "TargetConflict", "late");
        await source.FetchAsync("main@sha1:aa", "sha256:12");
        await source.UntilReleasedAsync("main@sha1:aa", "sha256:12");

        await IncludeAsync(source, "other", "app-gated");
        await source.FetchAsync("main@sha1:cc", "sha256:c2", "other");
        GatedApp.Released(await IsRefusedAsync(source, "other", "app-gated"), "digest").Should().Be("sha256:c1");

        await IncludeAsync(source, "app", null);
        await source.FetchAsync("main@sha1:aa", "sha256:03");
        await source.UntilReleasedAsync("main@sha1:aa", "sha256:03");
        await UntilOtherReleasedAsync("sha256:c2");

        // Nor does the first go back to what it included.
        await source.RollBackAsync("sha256:02", "1", running.Cluster.Kubectl, "admin");
        await source.UntilAsync("is kept back", found => found.Condition("Approved", "message")?.Contains(
            $"it includes GitRepository/{source.Namespace}/other-gated, which is by now itself made of GitRepository/{source.Namespace}/app", StringComparison.Ordinal) == true);
        GatedApp.Released((await source.GatedAsync())!, "digest").Should().Be("sha256:03");

        Task UntilOtherReleasedAsync(string digest) => source.UntilAsync($"has released {digest}", gated => GatedApp.Released(gated, "digest") == digest, "other");
    }

    [Fact]
    public async Task When_what_is_included_is_no_longer_the_target_of_a_gated_source_it_is_told_at_once_and_what_is_released_stays()
    {
        const string including = """{"interval": "1h", "url": "https://git.example.org/app.git", "include": [{"repository": {"name": "shared-gated"}}]}""";
        var source = await PlayedSource.StartAsync(running.Cluster, spec: including, gate: """{"default": "opened"}""");
        await source.CreateSourceAsync("shared", """{"interval": "1h", "url": "https://git.example.org/shared.git", "ref": {"branch": "main"}}""");
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "message")?.Contains($"includes GitRepository/{source.Namespace}/shared-gated, which is not the target", StringComparison.Ordinal) == true);

        // Nothing more is written to the source: that what it includes is a target by now, is seen there.
        await source.GateAsync(name: "shared", source: "shared", target: "shared-gated");
        await source.FetchAsync("main@sha1:cc", "sha256:0c", "shared");
        await source.UntilReleasedAsync("main@sha1:aa");
        await source.FetchAsync("main@sha1:aa", "sha256:01", "app-gated");
        await IsReadyAsync();
        var pinned = (await source.UntilTargetAsync("is there", _ => true))["metadata"]!["resourceVersion"]!.ToString();

        await running.Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gatedsource", "shared");
        await IsToldAsync();
        await source.UntilEventAsync("IncludeNotGated");

        // The next revision would deploy the same, and waits for it; another spec repairs it.
        await source.FetchAsync("main@sha1:bb", "sha256:02");
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().Be("main@sha1:aa");
        await source.FetchAsync("main@sha1:aa", "sha256:01");
        await source.GateAsync(name: "shared", source: "shared", target: "shared-gated");
        await IsReadyAsync();

        // Somebody who may do everything, and says to be Sluice: else the policy refuses it.
        const string mark = "gating.toolkit.fluxcd.io/gated-source";
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "shared-gated", $$"""{"metadata": {"annotations": {"{{mark}}": null} } }""", "sluice-sources");
        await IsToldAsync();
        await running.Cluster.PatchAsync(source.Kind, source.Namespace, "shared-gated", $$"""{"metadata": {"annotations": {"{{mark}}": "shared"} } }""", "sluice-sources");
        await IsReadyAsync();
        (await source.UntilTargetAsync("is there", _ => true))["metadata"]!["resourceVersion"]!.ToString().Should().Be(pinned);

        Task IsReadyAsync() => source.UntilAsync("is ready", gated => gated.Condition("Ready", "status") == "True");

        Task IsToldAsync() => source.UntilAsync("says so", gated => gated.Condition("Ready", "reason") == "IncludeNotGated"
            && gated.Condition("Ready", "message")!.StartsWith($"main@sha1:aa is released, and includes GitRepository/{source.Namespace}/shared-gated, which is no longer the target of a GatedSource", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_revision_than_the_one_that_it_is_pinned_at_is_told()
    {
        var source = await PlayedSource.StartAsync(running.Cluster);
        await source.ReleaseAsync("main@sha1:aa", "sha256:01");
        await source.FetchAsync("main@sha1:ff", "sha256:ff", "app-gated", ready: "Unknown");
        await source.UntilAsync("waits for source-controller", gated => gated.Condition("Ready", "reason") == "Progressing");
        await source.FetchAsync("main@sha1:ff", "sha256:ff", "app-gated");
        var gated = await source.UntilAsync("says so", gated => gated.Condition("Ready", "reason") == "RevisionMismatch");
        gated.Condition("Ready", "message").Should().Contain("app-gated is pinned at main@sha1:aa, which was approved, and is ready with main@sha1:ff");
        gated.Condition("Healthy", "reason").Should().Be("RevisionMismatch");
        await source.UntilEventAsync("RevisionMismatch");

        await source.FetchAsync("main@sha1:aa", "sha256:01", "app-gated");
        await source.UntilAsync("is ready", gated => gated.Condition("Ready", "status") == "True");
    }

    [Fact]
    public async Task Another_digest_than_the_approved_one_under_its_revision_is_told()
    {
        var source = await PlayedSource.StartAsync(running.Cluster, "HelmChart");
        await source.ReleaseAsync("1.2.3", "sha256:01");
        await source.FetchAsync("1.2.3", "sha256:01", "app-gated");
        await source.UntilAsync("is ready", gated => gated.Condition("Ready", "status") == "True");
        await source.FetchAsync("1.2.3", "sha256:ff", "app-gated");
        var gated = await source.UntilAsync("says so", gated => gated.Condition("Ready", "reason") == "DigestMismatch");
        gated.Condition("Ready", "message").Should().Contain("sha256:ff").And.Contain("sha256:01 was approved");
        await source.UntilEventAsync("DigestMismatch");
    }

    private Task IncludeAsync(PlayedSource source, string name, string? included) => running.Cluster.PatchAsync(
        source.Kind, source.Namespace, name, included is null ? """{"spec": {"include": null}}""" : $$"""{"spec": {"include": [{"repository": {"name": "{{included}}"} }] } }""");

    private static Task<JsonNode> IsRefusedAsync(PlayedSource source, string name, string included) => source.UntilAsync("is refused", gated => gated.Condition("Stalled", "reason") == "CannotPin"
        && gated.Condition("Stalled", "message")!.StartsWith(
            $"GitRepository/{source.Namespace}/{name} includes GitRepository/{source.Namespace}/{included}, which is itself made of GitRepository/{source.Namespace}/{name}, ", StringComparison.Ordinal)
        && gated.Condition("Stalled", "message")!.Contains("take it out of spec.include", StringComparison.Ordinal), name);
}
