using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FluxStandIn.Kubernetes;

/// <summary>Reading of objects that are kept as JSON, so that no field that the stand-in does not know is ever lost.</summary>
internal static class JsonExtensions
{
    /// <summary>The node at the end of the keys, or null when any of them is missing.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
            node = (node as JsonObject)?[key];
        return node;
    }

    /// <summary>The string at the end of the keys, or null when it is missing or something else.</summary>
    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool True(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path)?.GetValueKind() == JsonValueKind.True;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? long.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)
            : null;

    /// <summary>The duration at the end of the keys, in Go's notation (<c>1h30m</c>, <c>500ms</c>), or null when it is missing.</summary>
    public static TimeSpan? Duration(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.Text(path) is { } text ? GoDuration.Parse(text) : null;

    public static IEnumerable<JsonObject> Objects(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray array ? array.OfType<JsonObject>() : [];

    /// <summary>The object below a key, made when it is not there.</summary>
    public static JsonObject Child(this JsonObject node, string key)
    {
        if (node[key] is JsonObject child)
            return child;
        child = [];
        node[key] = child;
        return child;
    }

    public static JsonObject Copy(this JsonObject node) => (JsonObject)node.DeepClone();

    public static ObjectName Name(this JsonObject obj) =>
        new(obj.Text("metadata", "namespace") ?? "", obj.Text("metadata", "name") ?? "");

    public static long Generation(this JsonObject obj) => obj.Number("metadata", "generation") ?? 0;

    public static string? Annotation(this JsonObject obj, string key) => obj.Text("metadata", "annotations", key);
}
