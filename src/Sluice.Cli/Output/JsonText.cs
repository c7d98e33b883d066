using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Cli.Output;

/// <summary>JSON for people and programs: indented by four spaces as kubectl does it, nothing escaped that need not be.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, IndentSize = 4, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text, with a line break at its end.</summary>
    public static string Of(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            node.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
