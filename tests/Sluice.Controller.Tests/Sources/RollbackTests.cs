using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>Going back, and opening for one revision alone.</summary>
public sealed class RollbackTests(RunningApprovals running) : IClassFixture<RunningApprovals>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";
    private const string C = "main@sha1:cc";

    private Cluster Cluster => running.Cluster;

    [Fact]
    public async Task A_rollback_releases_an_earlier_entry_of_the_history_through_the_gates_and_the_newest_does_not_come_back()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"ignore": "/other"}}""");
        await source.ReleaseAsync(B, "sha256:02");

        var operatorOfIt = await source.AsAsync("olga", "sluice-operator");
        await source.RollBackAsync(A, "1", operatorOfIt, "olga");
        var waiting = await source.UntilWaitingAsync(A);
        ((bool?)waiting["status"]!["candidate"]!["rollback"]).Should().BeTrue();
        (await source.UntilTargetAsync("is there", _ => true))["spec"]!["ref"]!["commit"]!.GetValue<string>().Should().Be("bb", "the gate is closed");

        await source.OpenAsync();
        var released = await source.UntilReleasedAsync(A);
        GatedApp.Released(released, "reason").Should().Be("Rollback");
        GatedApp.Released(released, "by").Should().StartWith("olga");
        var target = await source.UntilTargetAsync("is back", target => (string?)target["spec"]!["ref"]!["commit"] == "aa");
        target["spec"]!["ignore"]!.GetValue<string>().Should().Be("/docs", "it goes back to the whole spec as it was");

        // The gate is opened still, and the source offers B still.
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().Be(A);
        await source.FetchAsync(C, "sha256:03");
        await source.UntilReleasedAsync(C);
    }

    [Fact]
    public async Task A_source_that_cannot_be_pinned_as_it_is_goes_back_all_the_same_through_its_gates()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.ReleaseAsync(B, "sha256:02");
        await RefuseAsync(source);
        await source.RollBackAsync(A, "1", await source.AsAsync("olga", "sluice-operator"), "olga");
        (await source.UntilWaitingAsync(A)).Condition("Approved", "reason").Should().Be("GateClosed");
        await source.OpenAsync();
        GatedApp.Released(await source.UntilReleasedAsync(A), "reason").Should().Be("Rollback");
        await source.UntilTargetAsync("is back", target => (string?)target["spec"]!["ref"]!["commit"] == "aa" && target["spec"]!["include"] is null);
        (await source.GatedAsync())!.Condition("Stalled", "reason").Should().Be("CannotPin", "the source still is what it was refused for");
    }

    [Fact]
    public async Task It_does_not_go_back_to_what_includes_a_repository_that_anybody_may_edit_by_now()
    {
        var source = await PlayedSource.StartAsync(
            Cluster, spec: """{"interval": "1h", "url": "https://git.example.org/app.git", "include": [{"repository": {"name": "shared-gated"}}]}""", gate: """{"default": "opened"}""");
        await source.CreateSourceAsync("shared", """{"interval": "1h", "url": "https://git.example.org/shared.git", "ref": {"branch": "main"}}""");
        await source.GateAsync(name: "shared", source: "shared", target: "shared-gated");
        await source.FetchAsync(C, "sha256:0c", "shared");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilReleasedAsync(A);
        await Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"include": null}}""");
        await source.FetchAsync(B, "sha256:02");
        await source.UntilReleasedAsync(B);

        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "delete", "gatedsource", "shared");
        await source.RollBackAsync(A, "1", Cluster.Kubectl, "admin");
        await StaysAsync(source, B, "it includes GitRepository/{namespace}/shared-gated, which is not the target of a GatedSource");
        await source.GateAsync(name: "shared", source: "shared", target: "shared-gated");
        await source.UntilReleasedAsync(A);
    }

    [Theory]
    [InlineData("TargetConflict")]
    [InlineData("Cycle")]
    public async Task Nor_does_it_go_back_while_its_target_is_not_its_own(string reason)
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.ReleaseAsync(B, "sha256:02");
        if (reason == "Cycle")
        {
            await source.GateAsync(name: "back", source: "app-gated", target: "app");
        }
        else
        {
            // Somebody who may do everything, and says to be Sluice: else the policy refuses it.
            await Cluster.PatchAsync(source.Kind, source.Namespace, "app-gated", """{"metadata": {"annotations": {"gating.toolkit.fluxcd.io/gated-source": null} } }""", "sluice-sources");
        }

        await RefuseAsync(source, reason);
        await source.RollBackAsync(A, "1", Cluster.Kubectl, "admin");
        await source.OpenAsync();
        await StaysAsync(source, B, "and is not released: GitRepository/{namespace}/app-gated");
    }

    [Fact]
    public async Task A_rollback_takes_the_verb_for_it_and_nobody_asks_in_another_persons_name()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.ReleaseAsync(B, "sha256:02");
        await Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: patcher, namespace: {{source.Namespace}}}
            rules: [{apiGroups: [gating.toolkit.fluxcd.io], resources: [gatedsources], verbs: [get, patch]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: patcher, namespace: {{source.Namespace}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: patcher}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: mallory}]
            """);
        var attempt = () => source.RollBackAsync(A, "1", Cluster.ControlPlane.KubectlFor("mallory"), "mallory");
        (await attempt.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("it takes the verb rollback on it");
        var olga = await source.AsAsync("olga", "sluice-operator");
        var claim = () => source.RollBackAsync(A, "1", olga, "somebody-else");
        (await claim.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("rollback-requestedBy must be who makes the request, olga");
    }

    [Fact]
    public async Task A_rollback_to_what_was_never_released_is_refused_and_told()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.RollBackAsync("main@sha1:zz", "1", Cluster.Kubectl, "admin");
        await Eventually.GivesAsync("it is told", () => Cluster.Kubectl.RunAsync("-n", source.Namespace, "get", "events", "-o", "jsonpath={.items[*].message}"),
            messages => messages.Contains("'main@sha1:zz' is not among the last 1 releases", StringComparison.Ordinal));
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().Be(A);
    }

    [Fact]
    public async Task A_gate_that_is_opened_for_a_revision_lets_that_one_through_and_no_other()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.FetchAsync(B, "sha256:02");
        await source.UntilWaitingAsync(B);
        await OpenForAsync(source, C);
        var gated = await source.UntilAsync("waits for another", gated => gated.Condition("Approved", "reason") == "OpenedForRevision");
        GatedApp.Released(gated, "revision").Should().Be(A);
        await source.FetchAsync(C, "sha256:03");
        await source.UntilReleasedAsync(C);
        await source.FetchAsync(B, "sha256:02");
        await source.UntilAsync("waits", gated => GatedApp.Candidate(gated, "revision") == B && gated.Condition("Approved", "reason") == "OpenedForRevision");
    }

    [Fact]
    public async Task A_force_push_back_to_what_was_released_before_waits_for_approvals_of_its_own()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened", "approvals": {}}""");
        var alice = await source.AsAsync("alice", "sluice-approver");
        await ReleaseBothAsync(source, alice);

        await source.FetchAsync(A, "sha256:01");
        var gated = await source.UntilWaitingAsync(A);
        gated.Condition("Approved", "message").Should().Contain("that of alice does not count: this was released before and came back; approvals later than ");
        (gated["status"]!["decisions"]![0]!["message"]!.GetValue<string>()).Should().EndWith("It was released before, and the source went back to it: approvals count anew.");
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().Be(B);

        await PlayedSource.NextSecondAsync();
        await PlayedSource.CastAsync(alice, await source.VoteAsync("alice"));
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task What_a_gate_was_opened_for_before_it_came_back_does_not_pass_by_that_once_more()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await OpenForAsync(source, C);
        await source.FetchAsync(C, "sha256:03");
        await source.UntilReleasedAsync(C);
        await Cluster.CreateGateAsync(source.Namespace, "other", "{}");
        await Cluster.PatchAsync(GatedApp.GatedSource, source.Namespace, "app", """{"spec": {"gates": [{"name": "release"}, {"name": "other"}], "require": "oneOf"}}""");
        await source.FetchAsync(B, "sha256:02");
        await source.UntilWaitingAsync(B);
        await Cluster.OpenAsync(source.Namespace, "other");
        await source.UntilReleasedAsync(B);
        await Cluster.CloseAsync(source.Namespace, "other");
        await Cluster.UntilAsync(FluxResources.Gate, source.Namespace, "other", "is closed", gate => gate.Condition("Opened", "status") == "False");

        await source.FetchAsync(C, "sha256:03");
        var gated = await source.UntilWaitingAsync(C);
        gated["status"]!["candidate"]!["gates"]![0]!["message"]!.GetValue<string>().Should().EndWith("is opened for this revision as it was before, with another digest or spec, or released since, or asked for too long ago to know: open it anew");
        await PlayedSource.NextSecondAsync();
        await OpenForAsync(source, C);
        await source.UntilReleasedAsync(C);
    }

    [Fact]
    public async Task A_gate_that_is_opened_for_a_revision_does_not_let_the_same_pass_with_another_spec_of_its_source()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        await OpenForAsync(source, A);
        await source.UntilReleasedAsync(A);
        await Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"ignore": "/other"}}""");
        await source.FetchAsync(A, "sha256:02");
        await source.UntilAsync("waits", gated => gated.Condition("Approved", "reason") == "OpenedForRevision");
        await PlayedSource.NextSecondAsync();
        await OpenForAsync(source, A);
        await source.UntilReleasedAsync(A, "sha256:02");
    }

    [Fact]
    public async Task A_gate_that_was_opened_for_a_revision_that_had_waited_and_was_withdrawn_does_not_let_another_artifact_of_its_name_pass()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        await source.FetchAsync(B, "sha256:02");
        await source.UntilWaitingAsync(B);
        await OpenForAsync(source, A);
        await source.UntilAsync("is not B that it is opened for", gated => gated.Condition("Approved", "reason") == "OpenedForRevision");
        await source.FetchAsync(A, "sha256:03");
        var waiting = await source.UntilWaitingAsync(A, "sha256:03");
        waiting["status"]!["candidate"]!["gates"]![0]!["message"]!.GetValue<string>().Should().Contain("opened for this revision as it was before");
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
    }

    [Fact]
    public async Task A_rollback_names_its_release_by_the_digest_of_the_spec_where_revision_and_digest_are_those_of_several()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""");
        await source.FetchAsync(A, "sha256:01");
        var first = GatedApp.Released(await source.UntilReleasedAsync(A), "specDigest");
        await Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"ignore": "/other"}}""");
        await source.FetchAsync(A, "sha256:01");
        await source.UntilAsync("has released it with the other spec", gated => GatedApp.Released(gated, "specDigest") != first);
        await source.RollBackAsync($"sha256:01@{first}", "1", await source.AsAsync("olga", "sluice-operator"));
        await source.UntilAsync("has gone back to the first", gated => GatedApp.Released(gated, "specDigest") == first);
        await source.UntilTargetAsync("has the first spec", target => (string?)target["spec"]!["ignore"] == "/docs");
    }

    [Fact]
    public async Task The_version_of_a_chart_opens_nothing_since_others_at_the_gate_may_have_it_and_its_digest_opens_that_chart_alone()
    {
        var source = await PlayedSource.StartAsync(Cluster, "HelmChart");
        await source.CreateSourceAsync("other", PlayedSource.Spec("HelmChart"));
        await source.GateAsync(name: "other", source: "other", target: "other-gated");
        await source.FetchAsync("1.2.3", "sha256:01");
        await source.FetchAsync("1.2.3", "sha256:02", "other");
        await source.UntilWaitingAsync("1.2.3");
        await OpenForAsync(source, "1.2.3");
        var gated = await source.UntilAsync("says that it is not opened for it", found => found.Condition("Approved", "reason") == "OpenedForRevision");
        gated.Condition("Approved", "message").Should().Contain("is opened for a version, which other sources may have as well: open it for sha256:01");
        await OpenForAsync(source, "sha256:01");
        await source.UntilReleasedAsync("1.2.3", "sha256:01");
        var other = await source.UntilAsync("waits", found => found.Condition("Approved", "reason") == "OpenedForRevision", "other");
        GatedApp.Released(other, "revision").Should().BeNull();
    }

    [Fact]
    public async Task Who_asked_first_for_a_rollback_asked_for_it_whoever_asks_again_and_whatever_becomes_of_the_annotations()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.ReleaseAsync(B, "sha256:02");
        await source.RollBackAsync(A, "1", await source.AsAsync("olga", "sluice-operator"), "olga");
        await source.UntilWaitingAsync(A);
        await source.RollBackAsync(A, "2", await source.AsAsync("bob", "sluice-operator"), "bob");
        await source.UntilAsync("has taken it", gated => (string?)gated["status"]!["lastHandledRollbackAt"] == "2");
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "annotate", "gatedsource", "app", "gating.toolkit.fluxcd.io/rollback-to-", "gating.toolkit.fluxcd.io/rollback-requestedAt-", "gating.toolkit.fluxcd.io/rollback-requestedBy-");
        await source.OpenAsync();
        GatedApp.Released(await source.UntilReleasedAsync(A), "by").Should().StartWith("olga");
    }

    [Fact]
    public async Task What_waited_when_somebody_rolled_back_does_not_come_by_its_old_approvals_also_if_the_source_had_nothing_then()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened", "approvals": {}}""");
        var alice = await source.AsAsync("alice", "sluice-approver");
        await ReleaseBothAsync(source, alice);

        await source.UntilClosedAsync();
        await source.FetchAsync(C, "sha256:03");
        await source.UntilWaitingAsync(C);
        await PlayedSource.CastAsync(alice, await source.VoteAsync("alice"));
        await source.FetchAsync(C, "sha256:03", ready: "False");
        await source.RollBackAsync(A, "1", await source.AsAsync("olga", "sluice-operator"), "olga");
        await source.UntilWaitingAsync(A);
        await source.OpenAsync();
        await source.UntilReleasedAsync(A);

        await source.FetchAsync(C, "sha256:03");
        await source.LookedAtAgainAsync();
        var gated = (await source.GatedAsync())!;
        (GatedApp.Candidate(gated, "revision"), (string?)gated["status"]!["setAside"]!["revision"]).Should().Be((null, C));

        // Asked for, it waits for approvals of its own.
        await source.RollBackAsync(C, "2", await source.AsAsync("olga", "sluice-operator"), "olga");
        (await source.UntilWaitingAsync(C)).Condition("Approved", "message").Should().Contain("that of alice does not count: there was a roll-back since; approvals later than ");
    }

    [Fact]
    public async Task A_gate_that_is_opened_for_a_digest_does_not_let_the_revision_pass_with_another()
    {
        var source = await PlayedSource.StartAsync(Cluster, "HelmChart");
        await source.FetchAsync("1.2.3", "sha256:02");
        await source.UntilWaitingAsync("1.2.3");
        await OpenForAsync(source, "sha256:01");
        await source.UntilAsync("waits for another", gated => gated.Condition("Approved", "reason") == "OpenedForRevision");
        await source.FetchAsync("1.2.3", "sha256:01");
        await source.UntilReleasedAsync("1.2.3", "sha256:01");
    }

    [Theory]
    [InlineData("open.gate.fluxcd.io/revision", "{}", "OpenedForRevision", "is opened for one revision alone, which needs a GatedSource")]
    [InlineData(null, """{"default": "opened", "approvals": {}}""", "ApprovalNeedsRevision", "wants approvals, which are about one revision and need a GatedSource")]
    public async Task What_has_no_candidates_is_refused_with_an_explanation(string? annotation, string gate, string reason, string message)
    {
        var name = await Cluster.NewNamespaceAsync();
        await Cluster.CreateGateAsync(name, "release", gate);
        await Cluster.CreateGatedAsync(FluxResources.Kustomization, name, "plain", "release");
        if (annotation is not null)
        {
            await Cluster.PatchAsync(FluxResources.Gate, name, "release", $$"""{"metadata": {"annotations": {"{{annotation}}": "main@sha1:aa", "open.gate.fluxcd.io/requestedAt": "{{Now()}}"} } }""");
        }

        var plain = await Cluster.UntilHeldAsync(FluxResources.Kustomization, name, "plain", reason);
        plain.Approved("message").Should().Contain(message);
    }

    /// <summary>The source includes what anybody may edit.</summary>
    private async Task RefuseAsync(PlayedSource source, string reason = "CannotPin")
    {
        await Cluster.PatchAsync(source.Kind, source.Namespace, "app", """{"spec": {"include": [{"repository": {"name": "loose"}}]}}""");
        await source.UntilAsync("is stalled", gated => gated.Condition("Stalled", "reason") == reason);
    }

    private static async Task StaysAsync(PlayedSource source, string released, string why)
    {
        var gated = await source.UntilAsync("may pass, and does not", gated => gated.Condition("Approved", "reason") == "SourceMoved");
        gated.Condition("Approved", "message").Should().Contain(why.Replace("{namespace}", source.Namespace, StringComparison.Ordinal));
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().Be(released);
    }

    /// <summary>Releases A and then B, by a vote for each.</summary>
    private static async Task ReleaseBothAsync(PlayedSource source, Kubectl alice)
    {
        foreach (var (revision, digest) in new[] { (A, "sha256:01"), (B, "sha256:02") })
        {
            await source.FetchAsync(revision, digest);
            await source.UntilWaitingAsync(revision);
            await PlayedSource.CastAsync(alice, await source.VoteAsync("alice"));
            await source.UntilReleasedAsync(revision);
        }
    }

    private Task OpenForAsync(PlayedSource source, string revision) => Cluster.PatchAsync(
        FluxResources.Gate, source.Namespace, "release", $$"""{"metadata": {"annotations": {"open.gate.fluxcd.io/revision": "{{revision}}", "open.gate.fluxcd.io/requestedAt": "{{Now()}}"} } }""");

    private static string Now() => $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}";
}
