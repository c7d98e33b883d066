using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Controller.Sources;

/// <summary>
/// JSON written in one way: members in the order of their names, no spaces. Two texts that mean the same are the same, whichever API server, and
/// whichever version of Flux, wrote them in which order.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The text of a source's spec, without <c>suspend</c>: whether it is suspended is no part of what it fetches.</summary>
    public static string OfSpec(JsonObject spec)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, spec, without: "suspend");
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The digest of that.</summary>
    public static string DigestOfSpec(JsonObject spec) => Digest(OfSpec(spec));

    /// <summary>The digest of a text, as Flux writes digests.</summary>
    public static string Digest(string text) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static void Write(Utf8JsonWriter json, JsonNode? value, string? without = null)
    {
        switch (value)
        {
            case JsonObject members:
                json.WriteStartObject();
                foreach (var (name, member) in members.Where(member => member.Key != without).OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    Write(json, member);
                }

                json.WriteEndObject();
                break;
            case JsonArray items:
                json.WriteStartArray();
                foreach (var item in items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case null:
                json.WriteNullValue();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
