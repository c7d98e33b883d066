using Sluice.Gating.Approvals;

namespace Sluice.Api.Gates;

/// <summary>Somebody whose vote counts at a gate.</summary>
public sealed record GateApprover
{
    /// <summary><c>User</c> or <c>Group</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The name, as Kubernetes authenticates it.</summary>
    public string Name { get; set; } = "";

    internal Approver ToApprover() => Kind switch
    {
        nameof(ApproverKind.User) => new(ApproverKind.User, Name),
        nameof(ApproverKind.Group) => new(ApproverKind.Group, Name),
        _ => throw new InvalidSpecException($"spec.approvals.from: '{Kind}' is not a kind of approver; expected 'User' or 'Group'"),
    };
}
