namespace Sluice.Kubernetes;

/// <summary>Which keys a queue hands out first.</summary>
public enum WorkPriority
{
    /// <summary>Something happened.</summary>
    Normal,

    /// <summary>Nothing happened, only the initial state or a periodic look: after everything that did.</summary>
    Low,
}
