namespace Sluice.Gating.Approvals;

/// <summary>Approvals of a candidate count only if they were cast, and signed where they are, later than an instant. Votes against it count whenever they were cast.</summary>
/// <param name="At">The instant.</param>
/// <param name="Reason">Why, as a clause.</param>
public sealed record ApprovalFloor(DateTimeOffset At, string Reason);
