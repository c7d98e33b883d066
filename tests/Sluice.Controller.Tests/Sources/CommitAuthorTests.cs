using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>Nobody approves their own commit: who wrote it is stated by who may, and compared with a claim of who approves.</summary>
public sealed class CommitAuthorTests(RunningApprovals running) : IClassFixture<RunningApprovals>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";
    private const string Mail = "example.com/email";
    private const string Anna = "oidc:anna@example.com";
    private const string Bob = "oidc:bob@example.com";
    private const string ByPrefix = """{"default": "opened", "approvals": {"separateFrom": ["commitAuthor"], "authorClaim": {"usernamePrefix": "oidc:"}}}""";
    private const string ByMail = """{"default": "opened", "approvals": {"separateFrom": ["commitAuthor"], "authorClaim": {"extra": "example.com/email"}}}""";
    private const string ByName = """{"default": "opened", "approvals": {"separateFrom": ["commitAuthor"]}}""";

    private Cluster Cluster => running.Cluster;

    [Fact]
    public async Task A_Git_commit_waits_until_its_author_is_stated_and_then_passes_by_the_approval_of_another_also_when_it_is_gone_back_to()
    {
        await using var app = await GatedApp.StartAsync(Cluster, ByPrefix);
        var a = await app.CommitAsync("A");
        await app.GateAsync();
        var waiting = await app.UntilWaitingAsync(a);
        await app.VoteAsync(Anna, waiting);
        await app.VoteAsync(Bob, waiting);
        await app.UntilSourceAsync("counts votes, and does not know the author", source => source.Condition("Approved", "reason") == "AuthorUnknown" && source["status"]!["candidate"]!["approvals"] is JsonArray { Count: 2 });
        await RevokeAsync(app.Namespace, Bob);

        await StateAsync(app.Namespace, a[(a.IndexOf('@', StringComparison.Ordinal) + 1)..], "Anna <Anna@example.com>", "GitHub <noreply@github.com>");
        var pending = await app.UntilSourceAsync("knows the author", source => source.Condition("Approved", "reason") == "ApprovalPending");
        pending.Condition("Approved", "message").Should().Contain($"that of {Anna} does not count: they wrote the commit");
        Texts(pending["status"]!["candidate"]!["authors"]).Should().Equal("Anna <Anna@example.com>", "GitHub <noreply@github.com>");
        await app.VoteAsync(Bob, pending);
        var released = await app.UntilReleasedAsync(a);
        await app.UntilDeployedAsync("A");
        Texts(released["status"]!["history"]![0]!["authors"]).Should().Contain("Anna <Anna@example.com>");
        released["status"]!["authors"].Should().NotBeNull("the controller's writes leave it as it is");

        var b = await app.CommitAsync("B");
        await StateAsync(app.Namespace, b, "bob@example.com", null);
        await app.VoteAsync(Anna, await app.UntilWaitingAsync(b));
        var releasedB = await app.UntilReleasedAsync(b);
        await app.UntilDeployedAsync("B");
        releasedB["status"]!["authors"]!.AsArray().Should().HaveCount(1, "what is stated now says nothing of A");

        await RevokeAsync(app.Namespace, Bob);
        await Cluster.Kubectl.RunAsync("-n", app.Namespace, "annotate", "gatedsource", "app", $"gating.toolkit.fluxcd.io/rollback-to={a}", "gating.toolkit.fluxcd.io/rollback-requestedAt=1");
        var back = await app.UntilSourceAsync("is to go back, and knows the author still", source => GatedApp.Candidate(source, "revision") == a && source.Condition("Approved", "reason") == "ApprovalPending");
        back.Condition("Approved", "message").Should().Contain($"that of {Anna} does not count: they wrote the commit");
        (await app.DeployedAsync()).Should().Be("B");
        await app.VoteAsync(Bob, back);
        await app.UntilReleasedAsync(a);
        await app.UntilDeployedAsync("A");
    }

    [Fact]
    public async Task After_a_rollback_to_what_was_released_with_its_author_unknown_the_gate_says_so_and_stays_closed_until_it_is_stated()
    {
        var source = await PlayedSource.StartAsync(Cluster);
        await source.ReleaseAsync(A, "sha256:01");
        await source.ReleaseAsync(B, "sha256:02");
        await Cluster.PatchAsync(FluxResources.Gate, source.Namespace, "release", $$"""{"spec": {{ByName}} }""");
        await Cluster.Kubectl.RunAsync("-n", source.Namespace, "annotate", "gatedsource", "app", $"gating.toolkit.fluxcd.io/rollback-to={A}", "gating.toolkit.fluxcd.io/rollback-requestedAt=1");
        await source.UntilAsync("does not know the author", gated => GatedApp.Candidate(gated, "revision") == A && gated.Condition("Approved", "reason") == "AuthorUnknown");
        await VoteAsync(source, "bob");
        await source.LookedAtAgainAsync();
        var gated = (await source.GatedAsync())!;
        gated.Condition("Approved", "message").Should().Contain("who wrote the commit is not known, and may not approve it; status.authors of the GatedSource can state it");
        GatedApp.Released(gated, "revision").Should().Be(B);
        await StateAsync(source.Namespace, A, "anna", null);
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task Where_metadata_and_status_both_say_it_all_of_them_are_authors()
    {
        var source = await PlayedSource.StartAsync(Cluster, "OCIRepository", gate: ByName);
        await source.FetchAsync("1.0.0@sha256:aa", "sha256:01", metadata: """{"org.opencontainers.image.authors": "anna"}""");
        await source.UntilWaitingAsync("1.0.0@sha256:aa");
        await StateAsync(source.Namespace, "1.0.0@sha256:aa", "bob", "carol");
        await source.UntilAsync("knows all of them", gated => Texts(gated["status"]!["candidate"]?["authors"]).SequenceEqual(["anna", "bob", "carol"]));
        foreach (var author in new[] { "anna", "bob", "carol" })
        {
            await VoteAsync(source, author);
        }

        await source.LookedAtAgainAsync();
        (await source.GatedAsync())!["status"]!["candidate"]!["approvals"].Should().BeNull();
        await VoteAsync(source, "dave");
        GatedApp.Released(await source.UntilReleasedAsync("1.0.0@sha256:aa"), "by").Should().Be("dave");
    }

    [Theory]
    [InlineData("main@sha1:ab", null)]
    [InlineData("sha1:a", null)]
    [InlineData(A, "sha256:02")]
    public async Task What_is_stated_of_another_revision_or_digest_says_nothing(string revision, string? digest)
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: ByName);
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        await StateAsync(source.Namespace, revision, "anna", null, digest);
        await VoteAsync(source, "bob");
        await source.LookedAtAgainAsync();
        (await source.GatedAsync())!.Condition("Approved", "reason").Should().Be("AuthorUnknown");
    }

    [Fact]
    public async Task Who_may_state_authors_writes_nothing_else_of_the_status()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: ByName);
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        var ci = await source.AsAsync("ci", "sluice-author-reporter");
        foreach (var status in new[]
        {
            """{"released": {"revision": "main@sha1:ff", "digest": "sha256:ff", "specDigest": "sha256:ff", "at": "2026-11-25T12:00:00Z", "reason": "GateOpened"}}""",
            """{"candidate": null}""",
            """{"candidate": {"authors": ["zoe"]}, "authors": [{"revision": "main@sha1:aa", "author": "zoe"}]}""",
        })
        {
            var attempt = () => ci.RunAsync("-n", source.Namespace, "patch", "gatedsource", "app", "--subresource=status", "--type=merge", "--field-manager=sluice", "-p", $$"""{"status": {{status}} }""");
            (await attempt.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("is written by sluice-controller alone, but for status.authors");
        }

        var spec = () => ci.RunAsync("-n", source.Namespace, "patch", "gatedsource", "app", "--type=merge", "-p", """{"spec": {"require": "oneOf"}}""");
        (await spec.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("cannot patch resource \"gatedsources\"");
        await ci.RunAsync("-n", source.Namespace, "patch", "gatedsource", "app", "--subresource=status", "--type=merge", "-p", """{"status": {"authors": [{"revision": "main@sha1:aa", "author": "zoe"}]}}""");
        await source.UntilAsync("knows the author", gated => gated.Condition("Approved", "reason") == "ApprovalPending");
        var approver = await source.AsAsync("zoe", "sluice-approver");
        var own = () => approver.RunAsync(["-n", source.Namespace, "apply", "--server-side", "--subresource=status", "-f", "-"], """{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "GatedSource", "metadata": {"name": "app"}, "status": {"authors": []}}""");
        (await own.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("cannot patch resource \"gatedsources/status\"");
    }

    [Fact]
    public async Task An_extra_attribute_must_be_what_the_API_server_knows_of_the_approver_all_of_it()
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: ByMail);
        await source.FetchAsync(A, "sha256:01");
        await StateAsync(source.Namespace, A, "Anna <anna@example.com>", null);
        await source.UntilAsync("knows the author", gated => gated.Condition("Approved", "reason") == "ApprovalPending");
        var vote = await source.VoteAsync("anna");
        foreach (var claimed in new JsonNode[]
        {
            new JsonObject { [Mail] = new JsonArray("bob@example.com") },
            new JsonObject { [Mail] = new JsonArray("work@example.com") },
            new JsonObject { [Mail] = new JsonArray("work@example.com", "anna@example.com", "bob@example.com") },
            new JsonObject { ["example.com/other"] = new JsonArray("work@example.com") },
        })
        {
            vote["spec"]!["approver"]!["extra"] = claimed;
            var attempt = () => CreateAsync(source, vote, "anna", "work@example.com", "anna@example.com");
            (await attempt.Should().ThrowAsync<KubectlException>(claimed.ToJsonString())).Which.Message.Should().Contain($"spec.approver.extra must have what the API server knows of user anna, all of it: found something else at {claimed.AsObject().Single().Key}");
        }

        vote["spec"]!["approver"]!["extra"] = new JsonObject { [Mail] = new JsonArray("work@example.com", "anna@example.com") };
        var without = () => CreateAsync(source, vote, "anna");
        (await without.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("spec.approver.extra must have what the API server knows of user anna");
        await CreateAsync(source, vote, "anna", "work@example.com", "anna@example.com");
        await source.UntilAsync("says that she wrote it", gated => gated.Condition("Approved", "message")!.Contains("that of anna does not count: they wrote the commit", StringComparison.Ordinal));

        await CreateAsync(source, await source.VoteAsync("hidden"), "hidden", "anna@example.com");
        await source.UntilAsync("says that hidden cannot be told from her", gated => gated.Condition("Approved", "message")!.Contains($"that of hidden does not count: there is no extra attribute '{Mail}' with it", StringComparison.Ordinal));
        var good = await source.VoteAsync("bob");
        good["spec"]!["approver"]!["extra"] = new JsonObject { [Mail] = new JsonArray("bob@example.com") };
        await CreateAsync(source, good, "bob", "bob@example.com");
        GatedApp.Released(await source.UntilReleasedAsync(A), "by").Should().Be("bob");
    }

    [Theory]
    [InlineData("""{"authorClaim": {"extra": "example.com/email"}}""", "authorClaim separates nobody without separateFrom: [commitAuthor]")]
    [InlineData("""{"separateFrom": ["commitAuthor"], "authorClaim": {}}""", "expected exactly one of usernamePrefix and extra")]
    [InlineData("""{"separateFrom": ["commitAuthor"], "authorClaim": {"extra": "a", "usernamePrefix": "b"}}""", "expected exactly one of usernamePrefix and extra")]
    public async Task A_claim_that_separates_nobody_is_refused(string approvals, string message)
    {
        var name = await Cluster.NewNamespaceAsync();
        var attempt = () => Cluster.Kubectl.RunAsync(["create", "-f", "-"], $$"""{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "Gate", "metadata": {"name": "release", "namespace": "{{name}}"}, "spec": {"approvals": {{approvals}} } }""");
        (await attempt.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain(message);
    }

    private static IEnumerable<string?> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(text => (string?)text);

    /// <summary>States who wrote a revision, as a CI job with no other right does it.</summary>
    private async Task StateAsync(string inNamespace, string revision, string author, string? committer, string? digest = null)
    {
        var statement = new JsonObject { ["revision"] = revision, ["author"] = author };
        if (committer is not null)
        {
            statement["committer"] = committer;
        }

        if (digest is not null)
        {
            statement["digest"] = digest;
        }

        await (await Cluster.AsAsync(inNamespace, "ci", "sluice-author-reporter")).RunAsync(
            ["apply", "--server-side", "--subresource=status", "--field-manager=ci", "-f", "-"],
            $$"""{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "GatedSource", "metadata": {"name": "app", "namespace": "{{inNamespace}}"}, "status": {"authors": [{{statement.ToJsonString()}}] } }""");
    }

    private static async Task VoteAsync(PlayedSource source, string user) =>
        await (await source.AsAsync(user, "sluice-approver")).RunAsync(["create", "-f", "-"], (await source.VoteAsync(user)).ToJsonString());

    // Kubernetes gives extra attributes to users of tokens; here by impersonation.
    private async Task<string> CreateAsync(PlayedSource source, JsonNode vote, string user, params string[] mails)
    {
        await source.AsAsync(user, "sluice-approver");
        return await Cluster.Kubectl.RunAsync(["create", "-f", "-", $"--as={user}", .. mails.Select(mail => $"--as-user-extra={Mail}={mail}")], vote.ToJsonString());
    }

    private async Task RevokeAsync(string inNamespace, string user)
    {
        var votes = JsonNode.Parse(await Cluster.Kubectl.RunAsync("-n", inNamespace, "get", "approvals", "-o", "json"))!["items"]!.AsArray();
        foreach (var vote in votes.Where(vote => (string?)vote!["spec"]!["approver"]!["username"] == user))
        {
            await Cluster.Kubectl.RunAsync("-n", inNamespace, "delete", "approval", (string)vote!["metadata"]!["name"]!);
        }
    }
}
