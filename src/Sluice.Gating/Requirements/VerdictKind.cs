namespace Sluice.Gating.Requirements;

/// <summary>What one named gate says to one object. Ordered by how much somebody has to do about it.</summary>
public enum VerdictKind
{
    /// <summary>The gate is opened for the object. The only verdict that lets it pass.</summary>
    Opened,

    /// <summary>The gate is closed.</summary>
    GateClosed,

    /// <summary>The gate is opened, and closes by schedule within its margin: too late for anything new.</summary>
    GateClosing,

    /// <summary>The gate is opened, but for a check that does not pass.</summary>
    CheckNotPassed,

    /// <summary>The gate is opened for one revision alone, and the object has no candidates.</summary>
    OpenedForRevision,

    /// <summary>The gate wants approvals for the candidate, and there are not enough.</summary>
    ApprovalPending,

    /// <summary>The gate wants approvals that are not of the commit's authors, and who they are is not known.</summary>
    AuthorUnknown,

    /// <summary>Somebody has rejected the candidate at the gate.</summary>
    Rejected,

    /// <summary>The gate wants approvals, which are about one revision, and the object has no candidates.</summary>
    ApprovalNeedsRevision,

    /// <summary>The gate has a check about one revision, and the object has no candidates.</summary>
    CheckNeedsRevision,

    /// <summary>The gate's spec or request cannot be understood.</summary>
    GateStalled,

    /// <summary>There is no such gate, where the object may know: in its own namespace, or named by a ClusterGateBinding.</summary>
    GateNotFound,

    /// <summary>The gate is in another namespace, where it does not admit the object's or does not exist; or references across namespaces are off.</summary>
    AccessDenied,

    /// <summary>The object's list of gates, or what it requires of them, cannot be read.</summary>
    InvalidReference,
}
