namespace Sluice.Api.Approvals;

/// <summary>Who decided what, about exactly what.</summary>
public sealed record ApprovalSpec
{
    /// <summary>The value of <see cref="Decision"/> for a vote in favour.</summary>
    public const string Approve = "approve";

    /// <summary>The value of <see cref="Decision"/> for a vote against.</summary>
    public const string Reject = "reject";

    /// <summary>The gate, in the namespace of the approval.</summary>
    public ApprovalGate Gate { get; set; } = new();

    /// <summary>The gated source whose candidate it is about.</summary>
    public ApprovalTarget Target { get; set; } = new();

    /// <summary>The candidate's revision, in full.</summary>
    public string Revision { get; set; } = "";

    /// <summary>The digest of its artifact.</summary>
    public string Digest { get; set; } = "";

    /// <summary>The digest of the source's spec that produced it.</summary>
    public string SpecDigest { get; set; } = "";

    /// <summary><c>approve</c> or <c>reject</c>.</summary>
    public string Decision { get; set; } = "";

    /// <summary>Why, in the words of who decided.</summary>
    public string? Reason { get; init; }

    /// <summary>The first instant at which it no longer counts. Unset: the gate says how long it does.</summary>
    public string? ExpiresAt { get; init; }

    /// <summary>Who decided.</summary>
    public ApprovalApprover Approver { get; set; } = new();

    /// <summary>The signature over all of this, for gates that have keys. Unset: it is not signed.</summary>
    public ApprovalSignature? Signature { get; init; }
}
