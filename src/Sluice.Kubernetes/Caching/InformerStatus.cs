namespace Sluice.Kubernetes;

/// <summary>What an informer is doing.</summary>
public enum InformerStatus
{
    /// <summary>Not started, or ended.</summary>
    Stopped,

    /// <summary>Fetching the state of the cluster.</summary>
    Syncing,

    /// <summary>Following the changes.</summary>
    Watching,

    /// <summary>Waiting after a failure, before it tries again. The cache shows what was known last.</summary>
    Retrying,

    /// <summary>The API server answers 404: the CRD is not installed, or not yet served. Tried again at growing intervals.</summary>
    NotServed,
}
