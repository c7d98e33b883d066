using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Sluice.Api.Approvals;
using Sluice.Api.Sources;
using Sluice.Cli.Cluster;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Cli.Approving;

/// <summary>Reads what gates want, what has been said, and what the user may say.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="self">Who the user is.</param>
/// <param name="now">The present time.</param>
internal sealed class BallotReader(ClusterClient cluster, Identity self, DateTimeOffset now)
{
    /// <summary>Reads the ballots about a candidate.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="candidate">The candidate.</param>
    /// <param name="gates">The gates to look at.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<GateBallot>> ReadAsync(GatedSource source, Candidate candidate, IReadOnlyList<GateReference> gates, CancellationToken cancellation)
    {
        var lookups = await cluster.LookUpAsync(gates, cancellation);
        return await Task.WhenAll(gates.Select(gate => ReadAsync(source, candidate, gate, lookups[gate], cancellation)));
    }

    /// <summary>The approvals about a gated source in the namespaces of gates.</summary>
    /// <exception cref="KubernetesApiException">In one of them the user may not list approvals: what is there is not known.</exception>
    public async Task<IReadOnlyList<(Approval Approval, JsonObject Json)>> ApprovalsAsync(GatedSource source, IEnumerable<string> namespaces, CancellationToken cancellation)
    {
        var lists = await Task.WhenAll(namespaces.Distinct().Select(inNamespace => ListAsync(source, inNamespace, cancellation)));
        return [.. lists.SelectMany(list => list)];
    }

    private async Task<GateBallot> ReadAsync(GatedSource source, Candidate candidate, GateReference reference, GateLookup lookup, CancellationToken cancellation)
    {
        var waiting = Waiting(source, candidate);
        var ballot = new GateBallot
        {
            Reference = reference,
            Candidate = candidate,
            Self = self,
            Now = now,
            Gate = lookup.Gate,
            Authors = waiting?.Authors,
            Floor = waiting is null ? null : source.Status.ToState().ApprovalFloor,
        };
        if (lookup.Gate is not { } gate)
            return ballot with { Problem = lookup.Problem ?? "it does not exist" };
        if (GateBallot.RulesOf(gate) is not { } rules)
            return ballot;
        var listed = await TryListAsync(source, reference.Namespace, cancellation);
        return ballot with
        {
            Rules = rules,
            MayApprove = await new Self(cluster).MayAsync("approve", ClusterClient.Gates, reference.Namespace, reference.Name, cancellation),
            Votes = listed is null ? Counted(source, candidate, reference)
                : [.. listed.Where(found => found.Approval.Spec.Gate.Name == reference.Name && found.Approval.Spec.Gate.Uid == gate.Metadata.Uid).Select(found => found.Approval.ToVote(rules))],
            AreCounted = listed is null,
        };
    }

    private async Task<IReadOnlyList<(Approval Approval, JsonObject Json)>?> TryListAsync(GatedSource source, string inNamespace, CancellationToken cancellation)
    {
        try
        {
            return await ListAsync(source, inNamespace, cancellation);
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<(Approval Approval, JsonObject Json)>> ListAsync(GatedSource source, string inNamespace, CancellationToken cancellation)
    {
        var found = await cluster.TryListAsync(ClusterClient.Approvals, inNamespace, cancellation) ?? [];
        return
        [
            .. found.Select(json => (Approval: ClusterClient.ToApproval(json), Json: json))
                .Where(pair => pair.Approval.Metadata.DeletionTimestamp is null && pair.Approval.Spec.Target is { Kind: GatedSource.KindName } target
                    && target.Uid == source.Metadata.Uid && target.Namespace == source.Metadata.Namespace && target.Name == source.Metadata.Name),
        ];
    }

    private static CandidateStatus? Waiting(GatedSource source, Candidate candidate) => source.Status?.Candidate is { } waiting && waiting.ToCandidate() == candidate ? waiting : null;

    // What the controller counts, for whoever may not read approvals.
    private static ImmutableArray<Vote> Counted(GatedSource source, Candidate candidate, GateReference gate) => Waiting(source, candidate) is { } waiting
        ? [
            .. (waiting.Approvals ?? []).Where(vote => vote.Gate == gate.ToString()).Select(vote => new Vote
            {
                Name = vote.Name,
                Username = vote.Approver,
                Approves = vote.Decision == ApprovalSpec.Approve,
                Candidate = candidate,
                CastAt = vote.At,
                ExpiresAt = vote.Until,
            }),
        ]
        : [];
}
