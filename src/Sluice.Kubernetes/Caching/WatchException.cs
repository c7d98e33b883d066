namespace Sluice.Kubernetes;

/// <summary>A watch broke: not refused by the API server, but cut, silent or garbled.</summary>
internal sealed class WatchException(string message) : Exception(message)
{
    /// <summary>Something was lost that resuming would not bring back.</summary>
    public bool NeedsSync { get; init; }
}
