using System.Text.Json.Nodes;
using FluxStandIn.Appliers;
using FluxStandIn.Kubernetes;
using Sluice.TestBed;

namespace Sluice.FluxStandIn.Tests;

/// <summary>Compares a small CRD with Flux's own: everything that the small one declares has to be the same there.</summary>
internal static class CrdSchema
{
    private const string Preserve = "x-kubernetes-preserve-unknown-fields";

    /// <summary>What decides how a field is stored and merged: it has to be equal, and absent where it is absent.</summary>
    private static readonly string[] Semantics =
        ["type", "format", "default", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-int-or-string", "nullable"];

    /// <summary>Validation that the small one may leave out, but not have differently.</summary>
    private static readonly string[] Validation = ["enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"];

    public static string SmallFolder => RepositoryRoot.Combine("tests", "flux-stand-in", "crds");

    public static IEnumerable<JsonObject> Read(string yaml) => YamlDocuments.Read(yaml, "crd").Where(obj => obj.Text("kind") == "CustomResourceDefinition");

    public static JsonObject Root(JsonObject crd) => (JsonObject)Version(crd).At("schema", "openAPIV3Schema")!;

    public static JsonObject Version(JsonObject crd) => crd.Objects("spec", "versions").Single();

    /// <summary>The differences, each with the path of the field; empty when all is well.</summary>
    public static IReadOnlyList<string> Compare(JsonObject small, JsonObject own)
    {
        var differences = new List<string>();
        foreach (var field in new[] { "group", "scope", "names" })
            Equal($"spec.{field}", small.At("spec", field), own.At("spec", field), differences);
        foreach (var field in new[] { "name", "served", "storage", "subresources" })
            Equal($"version {field}", Version(small)[field], Version(own)[field], differences);
        foreach (var field in new[] { "spec", "status" })
        {
            var (smallField, ownField) = (Root(small).At("properties", field), Root(own).At("properties", field));
            Schema(field, (JsonObject)smallField!, (JsonObject)ownField!, differences);

            // A field that is not declared is dropped by the API server, so the first level has to be complete.
            foreach (var (missing, _) in ((JsonObject)ownField.At("properties")!).Where(property => smallField.At("properties", property.Key) is null))
                differences.Add($"{field}.{missing}: Flux has it, the small one does not");
        }

        return differences;
    }

    private static void Schema(string path, JsonObject small, JsonObject own, List<string> differences)
    {
        foreach (var keyword in Semantics)
            Equal($"{path} {keyword}", small[keyword], own[keyword], differences);

        // The one difference that is meant: the stand-in fetches from file:// too.
        foreach (var keyword in Validation.Where(keyword => small[keyword] is not null && !(path == "spec.url" && small.Text("pattern")!.Contains("|file)", StringComparison.Ordinal))))
            Equal($"{path} {keyword}", small[keyword], own[keyword], differences);

        if (small["properties"] is JsonObject properties)
        {
            Equal($"{path} required", small["required"], own["required"], differences);
            Equal($"{path} {Preserve}", small[Preserve], own[Preserve], differences);
            foreach (var (name, schema) in properties)
                Nested($"{path}.{name}", (JsonObject)schema!, own.At("properties", name), differences);
        }

        if (small["items"] is JsonObject items)
            Nested($"{path}[]", items, own["items"], differences);
        if (small["additionalProperties"] is JsonObject values)
            Nested($"{path}.*", values, own["additionalProperties"], differences);
    }

    private static void Nested(string path, JsonObject small, JsonNode? own, List<string> differences)
    {
        if (own is JsonObject schema)
            Schema(path, small, schema, differences);
        else
            differences.Add($"{path}: the small one has it, Flux does not");
    }

    private static void Equal(string path, JsonNode? small, JsonNode? own, List<string> differences)
    {
        if (!JsonNode.DeepEquals(Sorted(small), Sorted(own)))
            differences.Add($"{path}: {small?.ToJsonString() ?? "absent"}, and in Flux {own?.ToJsonString() ?? "absent"}");
    }

    /// <summary>Order says nothing in the lists that are compared here (required, enum, names).</summary>
    private static JsonNode? Sorted(JsonNode? node) =>
        node is JsonArray list ? new JsonArray([.. list.Select(item => item!.DeepClone()).OrderBy(item => item.ToJsonString(), StringComparer.Ordinal)]) : node;
}
