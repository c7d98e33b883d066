using System.Text.Json;

namespace Sluice.Controller.Admission;

/// <summary>One step of a JSON Patch (RFC 6902).</summary>
/// <param name="Op"><c>add</c> (which replaces, too) or <c>remove</c>.</param>
/// <param name="Path">A JSON Pointer (RFC 6901).</param>
/// <param name="Value">What to add: <see langword="true"/>, a text, or an empty object for anything else.</param>
internal readonly record struct PatchOperation(string Op, string Path, object? Value = null)
{
    private static readonly object EmptyObject = new();

    public static PatchOperation Add(string path, bool value) => new("add", path, value);

    public static PatchOperation Add(string path, string value) => new("add", path, value);

    public static PatchOperation AddObject(string path) => new("add", path, EmptyObject);

    public static PatchOperation Remove(string path) => new("remove", path);

    /// <summary>A name as a part of a JSON Pointer.</summary>
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Sets an annotation, on an object that may have none yet.</summary>
    public static IEnumerable<PatchOperation> Annotate(JsonElement target, params (string Name, string Value)[] annotations)
    {
        if (target.Member("metadata").Member("annotations").ValueKind != JsonValueKind.Object)
        {
            yield return AddObject("/metadata/annotations");
        }

        foreach (var (name, value) in annotations)
        {
            yield return Add($"/metadata/annotations/{Escape(name)}", value);
        }
    }

    /// <summary>Writes the patch as JSON.</summary>
    public static byte[] Write(IEnumerable<PatchOperation> patch)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartArray();
            foreach (var operation in patch)
            {
                operation.Write(json);
            }

            json.WriteEndArray();
        }

        return body.ToArray();
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("op"u8, Op);
        json.WriteString("path"u8, Path);
        switch (Value)
        {
            case null:
                break;
            case bool flag:
                json.WriteBoolean("value"u8, flag);
                break;
            case string text:
                json.WriteString("value"u8, text);
                break;
            default:
                json.WriteStartObject("value"u8);
                json.WriteEndObject();
                break;
        }

        json.WriteEndObject();
    }
}
