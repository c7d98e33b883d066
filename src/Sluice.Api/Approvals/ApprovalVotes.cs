using System.Collections.Immutable;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;
using Sluice.Gating.Signatures;
using Sluice.Gating.Time;

namespace Sluice.Api.Approvals;

/// <summary>Approvals as the votes that the domain decides by.</summary>
public static class ApprovalVotes
{
    /// <summary>What an approval is about.</summary>
    public static Candidate ToCandidate(this ApprovalSpec spec) => new(spec.Revision, spec.Digest, spec.SpecDigest);

    /// <summary>What an approval says, as it is to be signed.</summary>
    public static ApprovalClaim ToClaim(this Approval approval)
    {
        var spec = approval.Spec;
        return new()
        {
            Gate = new(approval.Metadata.Namespace ?? "", spec.Gate.Name, spec.Gate.Uid),
            TargetKind = spec.Target.Kind,
            Target = new(spec.Target.Namespace, spec.Target.Name, spec.Target.Uid),
            Candidate = spec.ToCandidate(),
            Decision = spec.Decision,
            Approver = spec.Approver.Username,
            Reason = spec.Reason,
            ExpiresAt = Rfc3339.TryParse(spec.ExpiresAt, out var end) ? end : null,
        };
    }

    /// <summary>The vote that an approval records under some rules: where they have keys, its signature is checked by them.</summary>
    public static Vote ToVote(this Approval approval, ApprovalRules rules)
    {
        var vote = approval.ToVote();
        return rules.Keys is not { } keys ? vote : vote with { Signature = approval.CheckSignature(keys) };
    }

    /// <summary>Checks the signature of an approval.</summary>
    public static SignatureCheck CheckSignature(this Approval approval, TrustedKeys keys) => SignatureCheck.Of(
        approval.Spec.Signature is { } signature ? new(signature.Statement, signature.Value, signature.Bundle) : null,
        approval.ToClaim(), approval.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue, keys);

    /// <summary>The vote that an approval records, its signature unchecked.</summary>
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
            Extra = spec.Approver.Extra,
            Approves = spec.Decision == ApprovalSpec.Approve,
            Candidate = spec.ToCandidate(),
            CastAt = approval.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue,
            ExpiresAt = isEndKnown ? end : null,
            Reason = spec.Reason,
            Fault = spec.ExpiresAt is not null && !isEndKnown ? $"spec.expiresAt: '{spec.ExpiresAt}' is not a time" : null,
        };
    }
}
