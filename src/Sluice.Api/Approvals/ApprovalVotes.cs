using System.Collections.Immutable;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Api.Approvals;

/// <summary>Approvals as the votes that the domain decides by.</summary>
public static class ApprovalVotes
{
    /// <summary>What an approval is about.</summary>
    public static Candidate ToCandidate(this ApprovalSpec spec) => new(spec.Revision, spec.Digest, spec.SpecDigest);

    /// <summary>The vote that an approval records.</summary>
    public static Vote ToVote(this Approval approval)
    {
        var spec = approval.Spec;
        // What the API server's validation should have caught must not count for an unlimited time.
        var isEndKnown = Rfc3339.TryParse(spec.ExpiresAt, out var end);
        return new()
        {
            Name = approval.Metadata.Name,
            Username = spec.Approver.Username,
            Groups = spec.Approver.Groups?.ToImmutableArray() ?? [],
            Approves = spec.Decision == ApprovalSpec.Approve,
            Candidate = spec.ToCandidate(),
            CastAt = approval.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue,
            ExpiresAt = isEndKnown ? end : null,
            Reason = spec.Reason,
            Fault = spec.ExpiresAt is not null && !isEndKnown ? $"spec.expiresAt: '{spec.ExpiresAt}' is not a time" : null,
        };
    }
}
