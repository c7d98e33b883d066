using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Appliers;

/// <summary>One applied object in <c>status.inventory</c>: <c>namespace_name_group_kind</c> and the version beside it.</summary>
internal sealed record InventoryEntry(ObjectName Name, string Group, string Kind, string Version)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string Id => $"{Name.Namespace}_{Name.Name.Replace(":", "__", StringComparison.Ordinal)}_{Group}_{Kind}";

    public static InventoryEntry Of(JsonObject obj)
    {
        var apiVersion = obj.Text("apiVersion")!;
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return new InventoryEntry(obj.Name(), slash < 0 ? "" : apiVersion[..slash], obj.Text("kind")!, apiVersion[(slash + 1)..]);
    }

    public static IReadOnlyList<InventoryEntry> Read(JsonObject kustomization) =>
        [.. kustomization.Objects("status", "inventory", "entries").Select(entry => Parse(entry.Text("id")!, entry.Text("v")!))];

    public static JsonObject Write(IEnumerable<InventoryEntry> entries) => new()
    {
        ["entries"] = new JsonArray([.. entries.Select(entry => new JsonObject { ["id"] = entry.Id, ["v"] = entry.Version })]),
    };

    public override string ToString() => $"{Kind}/{Name}";

    private static InventoryEntry Parse(string id, string version)
    {
        // From the right: group and kind have no underscore, while a name has two for a colon.
        var kind = id.LastIndexOf('_');
        var group = id.LastIndexOf('_', kind - 1);
        var name = id.IndexOf('_', StringComparison.Ordinal);
        return new InventoryEntry(
            new ObjectName(id[..name], id[(name + 1)..group].Replace("__", ":", StringComparison.Ordinal)), id[(group + 1)..kind], id[(kind + 1)..], version);
    }
}
