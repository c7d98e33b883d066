using System.Diagnostics.CodeAnalysis;
using Sluice.Gating.Gates;

namespace Sluice.Gating.Signatures;

/// <summary>What an approval says, which must be what was signed.</summary>
public sealed record ApprovalClaim
{
    /// <summary>The gate.</summary>
    public required SignedObject Gate { get; init; }

    /// <summary>The kind of the target: <c>GatedSource</c>.</summary>
    public required string TargetKind { get; init; }

    /// <summary>The object whose candidate it is about.</summary>
    public required SignedObject Target { get; init; }

    /// <summary>The candidate.</summary>
    public required Candidate Candidate { get; init; }

    /// <summary><c>approve</c> or <c>reject</c>.</summary>
    public required string Decision { get; init; }

    /// <summary>The username of who decided.</summary>
    public required string Approver { get; init; }

    /// <summary>Why; null: not said.</summary>
    public string? Reason { get; init; }

    /// <summary>The first instant at which it no longer counts; null: it does not say.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What two claims differ in, as the statement calls it. All is compared, in full, letter by letter.</summary>
    /// <param name="other">The other.</param>
    /// <param name="what">The first difference.</param>
    public bool Differs(ApprovalClaim other, [NotNullWhen(true)] out string? what)
    {
        what = Gate.Uid != other.Gate.Uid ? "gate.uid"
            : Gate.Namespace != other.Gate.Namespace ? "gate.namespace"
            : Gate.Name != other.Gate.Name ? "gate.name"
            : TargetKind != other.TargetKind ? "target.kind"
            : Target.Uid != other.Target.Uid ? "target.uid"
            : Target.Namespace != other.Target.Namespace ? "target.namespace"
            : Target.Name != other.Target.Name ? "target.name"
            : Candidate.Digest != other.Candidate.Digest ? "the digest of the subject"
            : Candidate.Revision != other.Candidate.Revision ? "revision"
            : Candidate.SpecDigest != other.Candidate.SpecDigest ? "specDigest"
            : Decision != other.Decision ? "decision"
            : Approver != other.Approver ? "approver"
            : Reason != other.Reason ? "reason"
            : ExpiresAt != other.ExpiresAt ? "expiresAt"
            // So that what is added to a claim and forgotten above is compared all the same.
            : this != other ? "something" : null;
        return what is not null;
    }
}
