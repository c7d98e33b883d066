namespace Sluice.Kubernetes;

/// <summary>How an event is to be taken.</summary>
public enum EventType
{
    /// <summary>Something happened as it should.</summary>
    Normal,

    /// <summary>Someone should have a look.</summary>
    Warning,
}
