namespace Sluice.Api.Approvals;

/// <summary>Approvals as the API server lists them.</summary>
public sealed record ApprovalList
{
    /// <summary>The approvals.</summary>
    public IReadOnlyList<Approval> Items { get; set; } = [];
}
