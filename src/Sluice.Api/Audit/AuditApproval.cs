namespace Sluice.Api.Audit;

/// <summary>One vote that was counted.</summary>
/// <param name="Gate">The gate, as <c>namespace/name</c>.</param>
/// <param name="Approver">Who voted.</param>
/// <param name="Decision"><c>approve</c> or <c>reject</c>.</param>
/// <param name="Name">The Approval that recorded it, in the gate's namespace.</param>
/// <param name="At">When it was cast.</param>
/// <param name="Reason">Why, in the words of who voted; null where they gave none.</param>
/// <param name="SignedBy">The name of the gate's key that signed it; null where the gate has no keys.</param>
public sealed record AuditApproval(string Gate, string Approver, string Decision, string Name, DateTimeOffset At, string? Reason = null, string? SignedBy = null);
