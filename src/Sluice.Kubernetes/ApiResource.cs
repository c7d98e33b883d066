using System.Text;

namespace Sluice.Kubernetes;

/// <summary>A kind of object as the API server serves it: enough to build every path to it.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The version, such as <c>v1</c>.</param>
/// <param name="Plural">The resource's name in a path, such as <c>configmaps</c>.</param>
/// <param name="Kind">The kind, such as <c>ConfigMap</c>.</param>
/// <param name="Namespaced">Whether its objects live in namespaces; default true.</param>
public sealed record ApiResource(string Group, string Version, string Plural, string Kind, bool Namespaced = true)
{
    /// <summary>What an object's <c>apiVersion</c> says: <c>group/version</c>, or <c>version</c> in the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>plural.group</c>, as RBAC and CRD names write it; <c>plural</c> in the core group.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>The path of the collection, in one namespace or, with null or an empty one, in all of them.</summary>
    public string CollectionPath(string? inNamespace = null)
    {
        var path = new StringBuilder(Group.Length == 0 ? "/api/" : "/apis/");
        if (Group.Length > 0)
            path.Append(Uri.EscapeDataString(Group)).Append('/');
        path.Append(Uri.EscapeDataString(Version));
        if (Namespaced && !string.IsNullOrEmpty(inNamespace))
            path.Append("/namespaces/").Append(Uri.EscapeDataString(inNamespace));
        return path.Append('/').Append(Uri.EscapeDataString(Plural)).ToString();
    }

    /// <summary>The path of one object, or of a subresource of it such as <c>status</c>.</summary>
    /// <exception cref="ArgumentException">
    /// The key has no name, or no namespace although the kind is namespaced: such a path would name a collection.
    /// </exception>
    public string ObjectPath(ObjectKey key, string? subresource = null)
    {
        if (string.IsNullOrEmpty(key.Name) || key.Name is "." or "..")
            throw new ArgumentException($"A {Kind} needs a name, and got '{key.Name}'.", nameof(key));
        if (Namespaced && string.IsNullOrEmpty(key.Namespace))
            throw new ArgumentException($"{Kind} '{key.Name}' needs a namespace: {GroupResource} are namespaced.", nameof(key));
        var path = $"{CollectionPath(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
        return string.IsNullOrEmpty(subresource) ? path : $"{path}/{subresource}";
    }

    /// <summary><c>Kind namespace/name</c>, for messages.</summary>
    public string Describe(ObjectKey key) => $"{Kind} {key}";

    /// <summary><c>plural.group</c>.</summary>
    public override string ToString() => GroupResource;
}
