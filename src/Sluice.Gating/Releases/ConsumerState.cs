namespace Sluice.Gating.Releases;

/// <summary>How something that deploys from a target is doing.</summary>
public enum ConsumerState
{
    /// <summary>It has failed, or its health checks have.</summary>
    Failed,

    /// <summary>It is suspended: what it says is of the time before that.</summary>
    Suspended,

    /// <summary>It is being reconciled, and has said nothing yet.</summary>
    Progressing,

    /// <summary>It is ready.</summary>
    Ready,
}
