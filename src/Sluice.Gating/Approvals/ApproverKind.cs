namespace Sluice.Gating.Approvals;

/// <summary>What the name of somebody who may approve is a name of.</summary>
public enum ApproverKind
{
    /// <summary>A user, as Kubernetes authenticates it.</summary>
    User,

    /// <summary>A group, as Kubernetes authenticates it.</summary>
    Group,
}
