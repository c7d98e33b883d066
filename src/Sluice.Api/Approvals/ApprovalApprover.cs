namespace Sluice.Api.Approvals;

/// <summary>Who decided, as Kubernetes authenticated them.</summary>
public sealed record ApprovalApprover
{
    /// <summary>The username.</summary>
    public string Username { get; set; } = "";

    /// <summary>The groups, or those of them that the approver wants to have counted.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Those of the extra attributes that the gate compares with who wrote the commit, each with all its values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }
}
