namespace Sluice.Kubernetes;

/// <summary>The object that an event is about.</summary>
/// <param name="ApiVersion">Its <c>apiVersion</c>.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">Its namespace and name.</param>
/// <param name="Uid">Its uid: <c>kubectl describe</c> finds events by it.</param>
/// <param name="ResourceVersion">Its version, if known.</param>
public sealed record ObjectReference(string ApiVersion, string Kind, ObjectKey Key, string Uid, string? ResourceVersion = null)
{
    /// <summary>A reference to an object of a known kind.</summary>
    public static ObjectReference To(ApiResource resource, ICachedObject target) =>
        new(resource.ApiVersion, resource.Kind, target.Key, target.Uid, target.ResourceVersion);
}
