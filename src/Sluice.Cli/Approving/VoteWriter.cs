using System.Text.Json.Nodes;
using Sluice.Api.Approvals;
using Sluice.Cli.Cluster;
using Sluice.Gating.Approvals;
using Sluice.Kubernetes;

namespace Sluice.Cli.Approving;

/// <summary>Records what the user says, once.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="dryRun">Whether the API server checks everything and stores nothing.</param>
internal sealed class VoteWriter(ClusterClient cluster, bool dryRun)
{
    /// <summary>Creates the Approval. One of the user's own that has ended, or is from before those that count, makes way for it.</summary>
    /// <returns>The Approval as stored, and whether it is new.</returns>
    /// <exception cref="CommandException">There is another object of its name.</exception>
    public async Task<(JsonObject Json, bool IsNew)> WriteAsync(Approval approval, GateBallot ballot, DateTimeOffset now, CancellationToken cancellation)
    {
        var key = new ObjectKey(approval.Metadata.Namespace ?? "", approval.Metadata.Name);
        var isSecondTry = false;
        while (true)
        {
            try
            {
                return (await cluster.CreateAsync(ClusterClient.Approvals, key.Namespace, ApprovalBody.ToJson(approval), dryRun, cancellation), true);
            }
            catch (KubernetesApiException e) when (e.IsAlreadyExists && !isSecondTry)
            {
                isSecondTry = true;
                // Gone again: the second try finds the name free.
                if (await cluster.TryGetAsync(ClusterClient.Approvals, key, cancellation) is not { } json)
                    continue;
                var found = ClusterClient.ToApproval(json);
                if (!ApprovalBody.SayTheSame(found.Spec, approval.Spec))
                    throw new CommandException($"Approval {key} is there already, and says something else: that {found.Spec.Approver.Username} {found.Spec.Decision}s {found.Spec.Revision}\nfind out who has made it, and delete it");
                if (dryRun || Counts(found, ballot, now))
                    return (json, false);
                await cluster.DeleteAsync(ClusterClient.Approvals, key, new DeleteOptions { Uid = found.Metadata.Uid }, cancellation);
            }
        }
    }

    private static bool Counts(Approval approval, GateBallot ballot, DateTimeOffset now)
    {
        var vote = approval.ToVote(ballot.Rules!);
        return ApprovalDecision.Decide(ballot.Rules!, [vote], vote.Candidate, null, now, ballot.Floor).Counted.Length > 0;
    }
}
