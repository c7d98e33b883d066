using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>An approval is of who it says, about what it says, and for nothing else: each attempt at another is refused, or does not count.</summary>
public sealed class ApproverIdentityTests(RunningApprovals running) : IClassFixture<RunningApprovals>
{
    private const string A = "main@sha1:aa";
    private const string TwoPeople = """{"default": "opened", "approvals": {"required": 2}}""";
    private const string OnePerson = """{"default": "opened", "approvals": {}}""";

    private Cluster Cluster => running.Cluster;

    [Fact]
    public async Task A_vote_in_another_persons_name_is_refused()
    {
        var source = await WaitingAsync();
        var vote = await source.VoteAsync("alice");
        await RefusedAsync(await source.AsAsync("mallory", "sluice-approver"), vote, "expected spec.approver.username mallory, found alice");
    }

    [Fact]
    public async Task A_group_that_the_approver_is_not_in_is_refused_and_one_that_they_are_in_counts()
    {
        var source = await WaitingAsync("""{"default": "opened", "approvals": {"from": [{"kind": "Group", "name": "release-managers"}]}}""");
        var vote = await source.VoteAsync("mallory");
        vote["spec"]!["approver"]!["groups"] = new JsonArray("release-managers");
        await RefusedAsync(await source.AsAsync("mallory", "sluice-approver", "interns"), vote, "user mallory is not in the group release-managers");

        var good = await source.VoteAsync("rita");
        good["spec"]!["approver"]!["groups"] = new JsonArray("release-managers");
        await CreateAsync(await source.AsAsync("rita", "sluice-approver", "release-managers"), good);
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task A_vote_at_a_gate_that_one_may_not_approve_at_is_refused()
    {
        var source = await WaitingAsync();
        await Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: other-gate, namespace: {{source.Namespace}}}
            rules:
              - {apiGroups: [gating.toolkit.fluxcd.io], resources: [approvals], verbs: [create]}
              - {apiGroups: [gating.toolkit.fluxcd.io], resources: [gates], resourceNames: [another], verbs: [approve]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: other-gate, namespace: {{source.Namespace}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: other-gate}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: mallory}]
            """);
        await RefusedAsync(Cluster.ControlPlane.KubectlFor("mallory"), await source.VoteAsync("mallory"), $"user mallory may not approve at gate {source.Namespace}/release: it takes the verb approve on it");
    }

    [Fact]
    public async Task A_vote_cannot_be_changed_by_anybody()
    {
        var source = await WaitingAsync();
        var vote = await source.VoteAsync("alice", "reject");
        await CreateAsync(await source.AsAsync("alice", "sluice-approver"), vote);
        var change = () => Cluster.Kubectl.RunAsync("-n", source.Namespace, "patch", "approval", Name(vote), "--type=merge", "-p", """{"spec": {"decision": "approve"}}""");
        (await change.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("an approval cannot be changed; delete it, which revokes it");
    }

    [Theory]
    [InlineData("gate", "another gate of the same name, as in another cluster")]
    [InlineData("target", "another gated source of the same name, as in another cluster")]
    public async Task A_vote_for_another_gate_or_target_of_the_same_name_does_not_count(string what, string because)
    {
        var source = await WaitingAsync(OnePerson);
        var vote = await source.VoteAsync("alice");
        vote["spec"]![what]!["uid"] = "00000000-0000-0000-0000-000000000000";
        await CreateAsync(await source.AsAsync("alice", "sluice-approver"), vote);
        await source.LookedAtAgainAsync();
        (await source.GatedAsync())!["status"]!["candidate"]!["approvals"].Should().BeNull(because);
    }

    [Fact]
    public async Task A_vote_about_another_target_does_not_count()
    {
        var source = await WaitingAsync(OnePerson);
        var vote = await source.VoteAsync("alice");
        await source.GateAsync(name: "other", target: "other-gated");
        await source.UntilAsync("waits", gated => GatedApp.Candidate(gated, "revision") == A, "other");
        vote["spec"]!["target"]!["name"] = "other";
        await CreateAsync(await source.AsAsync("alice", "sluice-approver"), vote);
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
        GatedApp.Released((await source.GatedAsync("other"))!, "revision").Should().BeNull("its name is that of the other, its identity is not");
    }

    [Theory]
    [InlineData("revision", "main@sha1:bb")]
    [InlineData("digest", "sha256:02")]
    [InlineData("specDigest", "sha256:03")]
    public async Task A_vote_about_another_revision_digest_or_spec_does_not_count(string field, string value)
    {
        var source = await WaitingAsync(OnePerson);
        var vote = await source.VoteAsync("alice");
        vote["spec"]![field] = value;
        await CreateAsync(await source.AsAsync("alice", "sluice-approver"), vote);
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
    }

    [Fact]
    public async Task A_vote_is_taken_back_by_who_cast_it_or_with_the_verb_override_and_then_no_longer_counts()
    {
        var source = await WaitingAsync();
        var alice = await source.AsAsync("alice", "sluice-approver");
        await CreateAsync(alice, await source.VoteAsync("alice"));
        var rejection = await source.VoteAsync("bob", "reject");
        await CreateAsync(await source.AsAsync("bob", "sluice-approver"), rejection);
        await source.UntilAsync("is rejected", gated => gated.Condition("Approved", "reason") == "Rejected");

        var takeAway = async () => await alice.RunAsync("-n", source.Namespace, "delete", "approval", Name(rejection));
        (await takeAway.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("user alice may not revoke the vote of bob");
        await (await source.AsAsync("bob", "sluice-approver")).RunAsync("-n", source.Namespace, "delete", "approval", Name(rejection));
        await source.UntilAsync("waits for another vote", gated => gated.Condition("Approved", "reason") == "ApprovalPending");
        await CreateAsync(await source.AsAsync("carol", "sluice-approver"), await source.VoteAsync("carol"));
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task A_rule_that_is_changed_after_the_vote_counts()
    {
        var source = await WaitingAsync();
        await CreateAsync(await source.AsAsync("alice", "sluice-approver"), await source.VoteAsync("alice"));
        await source.UntilAsync("has a vote", gated => gated["status"]!["candidate"]!["approvals"] is JsonArray { Count: 1 });
        await Cluster.PatchAsync(FluxResources.Gate, source.Namespace, "release", """{"spec": {"approvals": {"required": 1, "from": [{"kind": "User", "name": "bob"}]}}}""");
        await source.UntilAsync("has none", gated => gated["status"]!["candidate"]!["approvals"] is null);
        await Cluster.PatchAsync(FluxResources.Gate, source.Namespace, "release", """{"spec": {"approvals": {"required": 1, "from": [{"kind": "User", "name": "alice"}]}}}""");
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task A_vote_ends_by_itself()
    {
        var source = await WaitingAsync();
        var vote = await source.VoteAsync("alice");
        vote["spec"]!["expiresAt"] = $"{TimeProvider.System.GetUtcNow().AddSeconds(4):yyyy-MM-ddTHH:mm:ssZ}";
        await CreateAsync(await source.AsAsync("alice", "sluice-approver"), vote);
        await source.UntilAsync("has a vote", gated => gated["status"]!["candidate"]!["approvals"] is JsonArray { Count: 1 });
        await source.UntilAsync("has none", gated => gated["status"]!["candidate"]!["approvals"] is null);
    }

    [Fact]
    public async Task Who_wrote_the_commit_cannot_approve_it_and_where_that_is_not_known_nothing_passes()
    {
        const string separate = """{"default": "opened", "approvals": {"required": 1, "separateFrom": ["commitAuthor"]}}""";
        const string authors = """{"org.opencontainers.image.authors": "Alice <alice@example.org>, bob"}""";
        var source = await PlayedSource.StartAsync(Cluster, "OCIRepository", gate: separate);
        await source.FetchAsync(A, "sha256:01");
        (await source.UntilWaitingAsync(A)).Condition("Approved", "reason").Should().Be("AuthorUnknown");

        await source.FetchAsync(A, "sha256:01", metadata: authors);
        await source.UntilAsync("knows the authors", gated => gated.Condition("Approved", "reason") == "ApprovalPending");
        await CreateAsync(await source.AsAsync("alice@example.org", "sluice-approver"), await source.VoteAsync("alice@example.org"));
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
        await CreateAsync(await source.AsAsync("carol", "sluice-approver"), await source.VoteAsync("carol"));
        await source.UntilReleasedAsync(A);

        // source-controller writes none of Git: somebody else has.
        var git = await PlayedSource.StartAsync(Cluster, gate: separate);
        await git.FetchAsync(A, "sha256:01", metadata: authors);
        await git.UntilWaitingAsync(A);
        await git.LookedAtAgainAsync();
        (await git.GatedAsync())!.Condition("Approved", "reason").Should().Be("AuthorUnknown");
    }

    [Fact]
    public async Task Not_even_who_owns_a_namespace_says_what_is_released_or_changes_what_was()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: everything, namespace: {{source.Namespace}}}
            rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: everything, namespace: {{source.Namespace}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: everything}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: owner}]
            """);
        var owner = Cluster.ControlPlane.KubectlFor("owner");
        foreach (var (arguments, message) in new (string[], string)[]
        {
            (["patch", "gatedsource", "app", "--subresource=status", "--type=merge", "--field-manager=sluice", "-p", """{"status": {"released": {"revision": "main@sha1:ff"}}}"""], "is written by sluice-controller alone"),
            (["patch", "gitrepository", "app-gated", "--type=merge", "--field-manager=sluice-sources", "-p", """{"spec": {"ref": {"commit": "ff"}}}"""], "pinned at what was approved"),
            (["annotate", "gitrepository", "app-gated", "gating.toolkit.fluxcd.io/gated-source-"], "is written by sluice-controller alone"),
            (["annotate", "gitrepository", "app", "gating.toolkit.fluxcd.io/gated-source=app"], "is written by sluice-controller alone"),
        })
        {
            var attempt = () => owner.RunAsync(["-n", source.Namespace, .. arguments], null);
            (await attempt.Should().ThrowAsync<KubectlException>(string.Join(' ', arguments))).Which.Message.Should().Contain(message);
        }

        await owner.RunAsync(["-n", source.Namespace, "patch", "gitrepository", "app-gated", "--type=merge", "-p", """{"spec": {"suspend": true}}"""], null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task To_take_a_gate_away_from_what_waits_at_it_takes_the_verb_override()
    {
        var source = await WaitingAsync();
        await Cluster.CreateGateAsync(source.Namespace, "open", """{"default": "opened"}""");
        var owner = await source.AsAsync("owner", "sluice-owner");
        string[] change = ["-n", source.Namespace, "patch", "gatedsource", "app", "--type=merge", "-p", """{"spec": {"gates": [{"name": "open"}]}}"""];
        var attempt = () => owner.RunAsync(change, null);
        (await attempt.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain($"that takes the verb override on gate {source.Namespace}/release");
        await (await source.AsAsync("admin", "sluice-admin")).RunAsync(change, null, TestContext.Current.CancellationToken);
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task To_delete_what_something_waits_at_or_to_have_it_released_as_the_first_takes_the_verb_override_too()
    {
        var source = await WaitingAsync();
        var owner = await source.AsAsync("owner", "sluice-owner");
        foreach (var (arguments, message) in new (string[], string)[]
        {
            (["delete", "gatedsource", "app"], $"may not delete GatedSource {source.Namespace}/app while {A} waits at its gates"),
            (["delete", "gatedsource", "--all"], $"may not delete GatedSource {source.Namespace}/app while {A} waits at its gates"),
            (["patch", "gatedsource", "app", "--type=merge", "-p", """{"spec": {"initial": "release"}}"""], $"may not ask less of GatedSource {source.Namespace}/app while {A} waits at its gates"),
            (["patch", "gatedsource", "app", "--type=merge", "-p", """{"spec": {"require": "oneOf"}}"""], $"that takes the verb override on gate {source.Namespace}/release"),
        })
        {
            var attempt = () => owner.RunAsync(["-n", source.Namespace, .. arguments], null);
            (await attempt.Should().ThrowAsync<KubectlException>(string.Join(' ', arguments))).Which.Message.Should().Contain(message);
        }

        await (await source.AsAsync("admin", "sluice-admin")).RunAsync(["-n", source.Namespace, "delete", "gatedsource", "app"], null, TestContext.Current.CancellationToken);
        (await source.GatedAsync()).Should().BeNull();
    }

    [Fact]
    public async Task Where_nothing_waits_who_owns_it_deletes_it_and_a_namespace_that_goes_takes_it_along_whatever_waits()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        var (owner, cancellation) = (await source.AsAsync("owner", "sluice-owner"), TestContext.Current.CancellationToken);
        string[] delete = ["-n", source.Namespace, "delete", "gatedsource", "app"];
        await owner.RunAsync(delete, null, cancellation);

        await source.GateAsync();
        await source.UntilWaitingAsync(A);
        // Rights that do not go with the namespace, and a finalizer, so that it can still be asked to be deleted when the namespace controller has asked already.
        await Cluster.Kubectl.RunAsync(["create", "clusterrole", "deleter", "--verb=get,list,delete", "--resource=gatedsources.gating.toolkit.fluxcd.io"], null, cancellation);
        await Cluster.Kubectl.RunAsync(["create", "clusterrolebinding", "deleter", "--clusterrole=deleter", "--user=owner"], null, cancellation);
        await FinalizersAsync("""["example.com/stays"]""");
        (await owner.TryAsync(delete, null, cancellation)).Should().Contain($"that takes the verb override on gate {source.Namespace}/release");
        await Cluster.Kubectl.RunAsync(["delete", "namespace", source.Namespace, "--wait=false"], null, cancellation);
        // As the namespace controller does; it has no verb on gates either.
        (await owner.TryAsync([.. delete, "--wait=false"], null, cancellation)).Should().Contain("\"app\" deleted");
        await FinalizersAsync("null");

        Task<string> FinalizersAsync(string finalizers) => Cluster.Kubectl.RunAsync(
            ["-n", source.Namespace, "patch", "gatedsource", "app", "--type=merge", "-p", $$$"""{"metadata": {"finalizers": {{{finalizers}}} } }"""], null, cancellation);
    }

    private async Task<PlayedSource> WaitingAsync(string gate = TwoPeople)
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: gate);
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        return source;
    }

    private static Task<string> CreateAsync(Kubectl kubectl, JsonNode vote) => kubectl.RunAsync(["create", "-f", "-"], vote.ToJsonString());

    private static async Task RefusedAsync(Kubectl kubectl, JsonNode vote, string message)
    {
        var attempt = () => CreateAsync(kubectl, vote);
        (await attempt.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain(message);
    }

    private static string Name(JsonNode vote) => (string)vote["metadata"]!["name"]!;
}
