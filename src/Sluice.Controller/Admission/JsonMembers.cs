using System.Text.Json;

namespace Sluice.Controller.Admission;

/// <summary>Looks into JSON of which nothing is known: what is not there is undefined, never an error.</summary>
internal static class JsonMembers
{
    /// <summary>A member of an object; undefined when there is none, or no object.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    /// <summary>The text of a string; null for everything else.</summary>
    public static string? Text(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    /// <summary>The items of an array; none for everything else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>An annotation of an object; null when it has none of that name.</summary>
    public static string? Annotation(this JsonElement element, string name) => element.Member("metadata").Member("annotations").Member(name).Text();
}
