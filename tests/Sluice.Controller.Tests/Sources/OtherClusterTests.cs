using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>An approval that was given in one cluster lets nothing pass in another, though everything there has the same name and the same content.</summary>
public sealed class OtherClusterTests(TwoClusters two) : IClassFixture<TwoClusters>
{
    private const string A = "main@sha1:aa";

    [Fact]
    public async Task An_approval_that_is_copied_from_another_cluster_by_who_may_approve_in_both_does_not_count()
    {
        var (staging, production) = await WaitingAsync("""{"default": "opened", "approvals": {}}""");
        var copy = await ApprovedAsync(staging, await staging.VoteAsync("alice"));

        var byAnother = async () => await CreateAsync(production, "mallory", copy);
        (await byAnother.Should().ThrowAsync<KubectlException>()).Which.Message.Should().Contain("expected spec.approver.username mallory, found alice");
        await CreateAsync(production, "alice", copy);
        await HoldsAsync(production);

        // It is the identities alone that were wrong.
        await CreateAsync(production, "alice", await production.VoteAsync("alice"));
        await production.UntilReleasedAsync(A);
    }

    [Fact]
    public async Task Nor_does_a_signed_one_as_it_is_or_with_the_identities_of_this_cluster_written_into_it()
    {
        var key = new SigningKey();
        var (staging, production) = await WaitingAsync(SigningKey.Gate(("team", key, null)));
        var copy = await ApprovedAsync(staging, key.Sign(await staging.VoteAsync("alice")));
        await CreateAsync(production, "alice", copy);
        await HoldsAsync(production);

        var vote = await production.VoteAsync("alice");
        vote["spec"]!["signature"] = copy["spec"]!["signature"]!.DeepClone();
        await CreateAsync(production, "alice", vote);
        await production.UntilAsync("says why", gated => gated.Condition("Approved", "message")!.Contains("that of alice does not count: ", StringComparison.Ordinal)
            && gated.Condition("Approved", "message")!.Contains("gate.uid differs", StringComparison.Ordinal));
        await HoldsAsync(production);

        await CreateAsync(production, "alice", key.Sign(await production.VoteAsync("alice")));
        await production.UntilReleasedAsync(A);
    }

    /// <summary>The same candidate waits in both.</summary>
    private async Task<(PlayedSource Staging, PlayedSource Production)> WaitingAsync(string gate)
    {
        var candidates = new List<(PlayedSource Source, string Candidate)>();
        foreach (var cluster in new[] { two.Staging.Cluster, two.Production.Cluster })
        {
            var source = await PlayedSource.StartAsync(cluster, gate: gate);
            await source.FetchAsync(A, "sha256:01");
            var waiting = await source.UntilWaitingAsync(A);
            candidates.Add((source, string.Join(' ', source.Namespace, GatedApp.Candidate(waiting, "digest"), GatedApp.Candidate(waiting, "specDigest"))));
        }

        candidates[0].Candidate.Should().Be(candidates[1].Candidate, "nothing but the identities tells them apart");
        return (candidates[0].Source, candidates[1].Source);
    }

    /// <summary>Approves there, and gives the approval as it would be exported.</summary>
    private static async Task<JsonNode> ApprovedAsync(PlayedSource source, JsonNode vote)
    {
        await CreateAsync(source, "alice", vote);
        await source.UntilReleasedAsync(A);
        var exported = JsonNode.Parse(await source.Cluster.Kubectl.RunAsync("-n", source.Namespace, "get", "approval", (string)vote["metadata"]!["name"]!, "-o", "json"))!;
        foreach (var field in new[] { "uid", "resourceVersion", "generation", "creationTimestamp" })
        {
            exported["metadata"]!.AsObject().Remove(field);
        }

        return exported;
    }

    private static async Task CreateAsync(PlayedSource source, string user, JsonNode vote) =>
        await (await source.AsAsync(user, "sluice-approver")).RunAsync(["create", "-f", "-"], vote.ToJsonString());

    private static async Task HoldsAsync(PlayedSource source)
    {
        await source.LookedAtAgainAsync();
        var gated = (await source.GatedAsync())!;
        GatedApp.Released(gated, "revision").Should().BeNull();
        gated["status"]!["candidate"]!["approvals"].Should().BeNull();
    }
}
