using System.Text.Json.Nodes;

namespace FluxStandIn.Kubernetes;

/// <summary>A kind and where the API server serves it. <paramref name="Group"/> is empty for the core group.</summary>
internal sealed record ResourceKind(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path of one object, of its subresource, or, without a name, of the list (of one namespace, or of all when that is empty).</summary>
    public string Path(string @namespace, string? name = null, string? subresource = null)
    {
        var path = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        if (Namespaced && @namespace.Length > 0)
            path += $"/namespaces/{Uri.EscapeDataString(@namespace)}";
        path += $"/{Plural}";
        if (name is not null)
            path += $"/{Uri.EscapeDataString(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    public string Path(ObjectName name, string? subresource = null) => Path(name.Namespace, name.Name, subresource);

    public bool Is(JsonObject obj) => obj.Text("apiVersion") == ApiVersion && obj.Text("kind") == Kind;
}
