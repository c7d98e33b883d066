using Sluice.Api.Gates;
using Sluice.Kubernetes;

namespace Sluice.Controller.Access;

/// <summary>Which namespaces may refer to what of other namespaces.</summary>
/// <param name="namespaces">The namespaces, whose labels an object's <c>spec.accessFrom</c> selects by.</param>
/// <param name="allowCrossNamespace">Whether any may at all.</param>
internal sealed class NamespaceAccess(ObjectCache<ObservedNamespace> namespaces, bool allowCrossNamespace)
{
    /// <summary>
    /// Why an object is not to be seen from a namespace; null when it is. Whether there is such an object is not told: nobody is to learn what there is
    /// in another namespace.
    /// </summary>
    /// <param name="inNamespace">The object's namespace.</param>
    /// <param name="access">Its <c>spec.accessFrom</c>; null when it has none, or does not exist.</param>
    /// <param name="fromNamespace">The namespace of who refers to it.</param>
    public string? Refusal(string inNamespace, AccessFrom? access, string fromNamespace) =>
        inNamespace == fromNamespace ? null
        : !allowCrossNamespace ? "references across namespaces are off: --no-cross-namespace-refs"
        : access is not null && namespaces.TryGet(new("", fromNamespace), out var labelled) && access.Admits(labelled.Labels) ? null
        : $"it does not exist, or its spec.accessFrom does not select namespace '{fromNamespace}'";
}
