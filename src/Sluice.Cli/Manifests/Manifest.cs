using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Cli.Manifests;

/// <summary>One object of a file.</summary>
/// <param name="Json">The object.</param>
/// <param name="Source">The file.</param>
internal sealed record Manifest(JsonObject Json, string Source)
{
    /// <summary>Its name; empty where it has none.</summary>
    public string Name => Text(Metadata?["name"]) ?? "";

    /// <summary>Its namespace; null where the file leaves it open, as those do that kustomize completes.</summary>
    public string? Namespace => Text(Metadata?["namespace"]);

    private JsonObject? Metadata => Json["metadata"] as JsonObject;

    /// <summary>Whether it is of a kind of a group, in any version.</summary>
    public bool Is(string group, string kind)
    {
        var apiVersion = Text(Json["apiVersion"]) ?? "";
        return Text(Json["kind"]) == kind && (group.Length == 0 ? !apiVersion.Contains('/', StringComparison.Ordinal) : apiVersion.StartsWith(group + "/", StringComparison.Ordinal));
    }

    /// <summary>A value that should be a text; null where it is not.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
