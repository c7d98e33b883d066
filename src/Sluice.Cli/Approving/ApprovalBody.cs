using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Api.Approvals;
using Sluice.Api.Serialization;
using Sluice.Api.Sources;
using Sluice.Gating.Time;

namespace Sluice.Cli.Approving;

/// <summary>The Approval that records what the user says.</summary>
internal static class ApprovalBody
{
    // With the decision and the hash behind it, well below the 253 characters that a name may have.
    private const int LongestPrefix = 200;

    /// <summary>Makes it.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="ballot">The gate, and the candidate.</param>
    /// <param name="approves">Whether it is for the candidate.</param>
    /// <param name="reason">Why; null or empty: not said.</param>
    /// <param name="expiresAt">When it ends; null: the gate says when.</param>
    public static Approval Make(GatedSource source, GateBallot ballot, bool approves, string? reason, DateTimeOffset? expiresAt)
    {
        var spec = new ApprovalSpec
        {
            Gate = new() { Name = ballot.Reference.Name, Uid = ballot.Gate!.Metadata.Uid ?? "" },
            Target = new() { Kind = GatedSource.KindName, Namespace = source.Metadata.Namespace ?? "", Name = source.Metadata.Name, Uid = source.Metadata.Uid ?? "" },
            Revision = ballot.Candidate.Revision,
            Digest = ballot.Candidate.Digest,
            SpecDigest = ballot.Candidate.SpecDigest,
            Decision = approves ? ApprovalSpec.Approve : ApprovalSpec.Reject,
            Reason = string.IsNullOrWhiteSpace(reason) ? null : reason,
            ExpiresAt = expiresAt is { } end ? Rfc3339.Format(end) : null,
            Approver = new()
            {
                Username = ballot.Self.Username,
                Groups = GateBallot.CountedGroups(ballot.Rules!, ballot.Self) is { Count: > 0 } groups ? groups : null,
                Extra = GateBallot.ComparedExtra(ballot.Rules!, ballot.Self),
            },
        };
        return new() { Metadata = new() { Name = Name(source.Metadata.Name, spec), Namespace = ballot.Reference.Namespace }, Spec = spec };
    }

    /// <summary>Whether two approvals say the same: who, what, about exactly what, to which gate. A name alone proves nothing.</summary>
    public static bool SayTheSame(ApprovalSpec one, ApprovalSpec other) =>
        one.Gate == other.Gate && one.Target == other.Target && one.Approver.Username == other.Approver.Username && one.Decision == other.Decision
        && one.ToCandidate() == other.ToCandidate();

    /// <summary>As the API server takes it.</summary>
    public static JsonObject ToJson(Approval approval) => JsonSerializer.SerializeToNode(approval, ApiJson.Default.Approval)!.AsObject();

    // The same words of the same person are the same object, so that saying them twice is saying them once.
    private static string Name(string source, ApprovalSpec spec)
    {
        string[] words = [spec.Gate.Uid, spec.Target.Uid, spec.Revision, spec.Digest, spec.SpecDigest, spec.Approver.Username, spec.Decision];
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', words))));
        return $"{source[..Math.Min(source.Length, LongestPrefix)].TrimEnd('-', '.')}-{spec.Decision}-{hash[..20]}";
    }
}
