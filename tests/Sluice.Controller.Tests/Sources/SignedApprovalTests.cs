using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>With keys on a gate, an approval counts only with a signature by one of them over exactly what it says.</summary>
public sealed class SignedApprovalTests(RunningApprovals running) : IClassFixture<RunningApprovals>
{
    private const string A = "main@sha1:aa";

    private readonly SigningKey _key = new();

    private Cluster Cluster => running.Cluster;

    [Fact]
    public async Task An_approval_without_a_signature_does_not_count_and_one_with_it_does()
    {
        var source = await WaitingAsync(SigningKey.Gate(("team", _key, null)));
        await CreateAsync(source, "alice", await source.VoteAsync("alice"));
        await source.UntilAsync("says why", gated => Message(gated).EndsWith("0 of 1 approvals; that of alice does not count: it is not signed.", StringComparison.Ordinal));
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();

        await CreateAsync(source, "bob", _key.Sign(await source.VoteAsync("bob")));
        var released = await source.UntilReleasedAsync(A);
        GatedApp.Released(released, "by").Should().Be("bob");
    }

    [Fact]
    public async Task A_statement_in_an_envelope_counts() => await CountsAsync(_key.SignInEnvelope);

    [Fact]
    public async Task A_signature_with_another_key_does_not_count()
    {
        var other = new SigningKey();
        await DoesNotCountAsync(vote => other.Sign(vote), "it is signed by none of the gate's keys");
    }

    [Fact]
    public async Task A_signature_for_another_gate_does_not_count() => await DoesNotCountAsync(vote => SignedAs(vote, ["gate", "uid"], "00000000-0000-0000-0000-000000000000"), "gate.uid differs");

    [Fact]
    public async Task A_signature_for_another_target_does_not_count() => await DoesNotCountAsync(vote => SignedAs(vote, ["target", "uid"], "00000000-0000-0000-0000-000000000000"), "target.uid differs");

    [Fact]
    public async Task A_signature_for_another_revision_does_not_count() => await DoesNotCountAsync(vote => SignedAs(vote, ["revision"], "main@sha1:bb"), "revision differs");

    [Fact]
    public async Task A_signature_for_another_digest_does_not_count() => await DoesNotCountAsync(vote => SignedAs(vote, ["digest"], "sha256:02"), "the digest of the subject differs");

    [Fact]
    public async Task A_signature_of_another_person_does_not_count() => await DoesNotCountAsync(vote => SignedAs(vote, ["approver", "username"], "bob"), "approver differs");

    [Fact]
    public async Task A_signed_rejection_is_no_signed_approval() => await DoesNotCountAsync(vote => SignedAs(vote, ["decision"], "reject"), "decision differs");

    [Fact]
    public async Task A_signature_that_was_made_long_ago_does_not_count_so_that_a_revoked_approval_stays_revoked() =>
        await DoesNotCountAsync(vote => _key.Sign(vote, TimeProvider.System.GetUtcNow().AddHours(-2)), "it was created more than an hour after the notBefore that was signed");

    [Fact]
    public async Task Nonsense_for_a_signature_does_not_count_and_stops_nothing()
    {
        var source = await DoesNotCountAsync(
            vote =>
            {
                vote["spec"]!["signature"] = new JsonObject { ["bundle"] = "{\"mediaType\":1,\"mediaType\":[" };
                return vote;
            },
            "the bundle is not JSON, or has a name twice in an object");
        await CreateAsync(source, "bob", _key.Sign(await source.VoteAsync("bob")));
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task A_key_of_one_user_signs_for_that_user_alone()
    {
        var (alices, bobs) = (_key, new SigningKey());
        var source = await WaitingAsync(SigningKey.Gate(("alice", alices, "alice"), ("bob", bobs, "bob")));
        await CreateAsync(source, "alice", bobs.Sign(await source.VoteAsync("alice")));
        await source.UntilAsync("says why", gated => Message(gated).Contains("it is signed with the key 'bob', which is that of bob alone", StringComparison.Ordinal));
        await CreateAsync(source, "alice", alices.Sign(await source.VoteAsync("alice")));
        await source.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task When_the_keys_are_replaced_what_was_signed_with_the_old_ones_no_longer_counts()
    {
        var source = await WaitingAsync(SigningKey.Gate(("old", _key, null)).Replace("\"required\":1", "\"required\":2", StringComparison.Ordinal));
        await CreateAsync(source, "alice", _key.Sign(await source.VoteAsync("alice")));
        var waiting = await source.UntilAsync("has a vote", gated => gated["status"]!["candidate"]!["approvals"] is JsonArray { Count: 1 });
        ((string?)waiting["status"]!["candidate"]!["approvals"]![0]!["signedBy"]).Should().Be("old");

        var next = new SigningKey();
        await Cluster.PatchAsync(FluxResources.Gate, source.Namespace, "release", new JsonObject { ["spec"] = new JsonObject { ["approvals"] = new JsonObject { ["keys"] = SigningKey.Keys(("new", next, null)) } } }.ToJsonString());
        await source.UntilAsync("has none", gated => gated["status"]!["candidate"]!["approvals"] is null && Message(gated).Contains("it is signed by none of the gate's keys", StringComparison.Ordinal));
        await CreateAsync(source, "bob", next.Sign(await source.VoteAsync("bob")));
        await CreateAsync(source, "carol", next.Sign(await source.VoteAsync("carol")));
        GatedApp.Released(await source.UntilReleasedAsync(A), "by").Should().Be("bob, carol");
    }

    [Fact]
    public async Task An_approval_for_later_counts_from_then()
    {
        var source = await WaitingAsync(SigningKey.Gate(("team", _key, null)));
        var start = TimeProvider.System.GetUtcNow().AddSeconds(6);
        await CreateAsync(source, "alice", _key.Sign(await source.VoteAsync("alice"), start));
        await source.UntilAsync("says from when", gated => Message(gated).Contains("that of alice does not count before", StringComparison.Ordinal));
        await source.UntilReleasedAsync(A);
        TimeProvider.System.GetUtcNow().Should().BeOnOrAfter(start);
    }

    [Fact]
    public async Task A_rejection_counts_without_a_signature()
    {
        var source = await WaitingAsync(SigningKey.Gate(("team", _key, null)));
        await CreateAsync(source, "bob", await source.VoteAsync("bob", "reject"));
        await source.UntilAsync("is rejected", gated => gated.Condition("Approved", "reason") == "Rejected");
        await CreateAsync(source, "alice", _key.Sign(await source.VoteAsync("alice")));
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
    }

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\\nAA==\\n-----END PRIVATE KEY-----\\n", "is a private key, and known to whoever has seen it")]
    [InlineData("", "should be at least 1 chars long")]
    public async Task The_API_server_refuses_a_private_key_and_none(string pem, string message)
    {
        var inNamespace = await Cluster.NewNamespaceAsync();
        var attempt = () => Cluster.CreateGateAsync(inNamespace, "release", $$"""{"approvals": {"keys": {"publicKeys": [{"name": "key", "pem": "{{pem}}"}] } } }""");
        (await attempt.Should().ThrowAsync<KubernetesApiException>()).Which.Message.Should().Contain(message);
    }

    [Fact]
    public async Task A_key_that_cannot_be_read_closes_the_gate_and_says_which()
    {
        var source = await WaitingAsync("""{"default": "opened", "approvals": {"keys": {"publicKeys": [{"name": "bad", "pem": "ssh-ed25519 AAAA"}]}}}""");
        var gate = await Cluster.UntilAsync(FluxResources.Gate, source.Namespace, "release", "is stalled", gate => gate.Condition("Stalled", "status") == "True");
        gate.Condition("Stalled", "message").Should().StartWith("spec.approvals.keys.publicKeys['bad'].pem: it is not a public key in PEM");
        gate.Condition("Opened", "status").Should().Be("False");
        await CreateAsync(source, "alice", _key.Sign(await source.VoteAsync("alice")));
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
    }

    [Theory]
    [InlineData("""{"statement": "e30="}""", "expected exactly one of value and bundle")]
    [InlineData("""{"value": "e30="}""", "expected the statement that the value is the signature of")]
    [InlineData("""{"statement": "e30=", "value": "e30=", "bundle": "{}"}""", "expected exactly one of value and bundle")]
    public async Task The_API_server_refuses_half_a_signature(string signature, string message)
    {
        var source = await WaitingAsync(SigningKey.Gate(("team", _key, null)));
        var vote = await source.VoteAsync("alice");
        vote["spec"]!["signature"] = JsonNode.Parse(signature);
        var attempt = () => CreateAsync(source, "alice", vote);
        (await attempt.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain(message);
    }

    private async Task CountsAsync(Func<JsonNode, JsonNode> sign)
    {
        var source = await WaitingAsync(SigningKey.Gate(("team", _key, null)));
        await CreateAsync(source, "alice", sign(await source.VoteAsync("alice")));
        await source.UntilReleasedAsync(A);
    }

    private async Task<PlayedSource> DoesNotCountAsync(Func<JsonNode, JsonNode> sign, string why)
    {
        var source = await WaitingAsync(SigningKey.Gate(("team", _key, null)));
        await CreateAsync(source, "alice", sign(await source.VoteAsync("alice")));
        await source.UntilAsync($"says '{why}'", gated => Message(gated).Contains("0 of 1 approvals; that of alice does not count: ", StringComparison.Ordinal) && Message(gated).Contains(why, StringComparison.Ordinal));
        await source.LookedAtAgainAsync();
        GatedApp.Released((await source.GatedAsync())!, "revision").Should().BeNull();
        return source;
    }

    /// <summary>A vote with the signature over another: one that says something else in one field.</summary>
    private JsonNode SignedAs(JsonNode vote, string[] field, string value)
    {
        var other = vote.DeepClone();
        field[..^1].Aggregate(other["spec"]!, (at, name) => at[name]!)[field[^1]] = value;
        vote["spec"]!["signature"] = _key.SignatureOf(other);
        return vote;
    }

    private async Task<PlayedSource> WaitingAsync(string gate)
    {
        var source = await PlayedSource.StartAsync(Cluster, gate: gate);
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        return source;
    }

    private static async Task CreateAsync(PlayedSource source, string user, JsonNode vote) =>
        await (await source.AsAsync(user, "sluice-approver")).RunAsync(["create", "-f", "-"], vote.ToJsonString());

    private static string Message(JsonNode gated) => gated.Condition("Approved", "message") ?? "";
}
