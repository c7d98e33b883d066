namespace Sluice.Kubernetes;

/// <summary>What a cache needs to know of an object. Implementations must be immutable: readers share them without locks.</summary>
public interface ICachedObject
{
    /// <summary>Namespace and name.</summary>
    ObjectKey Key { get; }

    /// <summary><c>metadata.uid</c>: tells an object from a later one of the same name.</summary>
    string Uid { get; }

    /// <summary><c>metadata.resourceVersion</c>.</summary>
    string ResourceVersion { get; }
}
