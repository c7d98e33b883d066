using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Cli.Manifests;

namespace Sluice.Cli.Installing;

/// <summary>A patch of a kustomization, as far as those of <c>config/</c> go: JSON Patch (RFC 6902), and of its operations <c>add</c>.</summary>
internal static class ManifestPatch
{
    private static readonly string[] Known = ["group", "kind", "name"];

    /// <summary>Changes those objects that it is for.</summary>
    /// <param name="patch">The entry of the kustomization, whose <c>target</c> says which.</param>
    /// <param name="operations">What to do.</param>
    /// <param name="objects">The objects.</param>
    /// <param name="source">The kustomization, for messages.</param>
    public static void Apply(JsonObject patch, JsonArray operations, IEnumerable<JsonObject> objects, string source)
    {
        if (patch["target"] is not JsonObject target || target.Any(field => !Known.Contains(field.Key)))
            throw new InvalidOperationException($"{source}: expected a patch with a target of {string.Join(", ", Known)}.");
        foreach (var json in objects.Where(json => IsOf(json, target)))
        {
            foreach (var operation in operations)
                Add(json, operation!.AsObject(), source);
        }
    }

    private static bool IsOf(JsonObject json, JsonObject target) =>
        Agrees(target["group"], Manifest.Text(json["apiVersion"])!.Split('/') is [var group, _] ? group : "")
        && Agrees(target["kind"], Manifest.Text(json["kind"]))
        && Agrees(target["name"], Manifest.Text(json["metadata"]!["name"]));

    private static bool Agrees(JsonNode? wanted, string? found) => wanted is null || Manifest.Text(wanted) == found;

    private static void Add(JsonObject json, JsonObject operation, string source)
    {
        var (op, path) = (Manifest.Text(operation["op"]), Manifest.Text(operation["path"]) ?? "");
        if (op != "add" || path.Contains('~', StringComparison.Ordinal) || path.Split('/') is not ["", .. var steps, var last])
            throw new InvalidOperationException($"{source}: the operation '{op}' at '{path}' is not one that sluice install can do.");
        JsonNode? at = json;
        foreach (var step in steps)
            at = at is JsonArray list ? list[Index(step)] : at?[step];
        var value = operation["value"]?.DeepClone();
        if (at is JsonArray items)
            items.Insert(last == "-" ? items.Count : Index(last), value);
        else
            (at as JsonObject ?? throw new InvalidOperationException($"{source}: there is no place for '{path}' in {json["kind"]} {json["metadata"]!["name"]}."))[last] = value;
    }

    private static int Index(string step) => int.Parse(step, NumberStyles.None, CultureInfo.InvariantCulture);
}
