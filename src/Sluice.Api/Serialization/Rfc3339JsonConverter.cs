using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Gating.Time;

namespace Sluice.Api.Serialization;

/// <summary>Instants as RFC 3339 with only the digits that they need, as Kubernetes writes them.</summary>
internal sealed class Rfc3339JsonConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Rfc3339.TryParse(reader.GetString(), out var instant) ? instant : throw new JsonException($"'{reader.GetString()}' is not an RFC 3339 time");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Rfc3339.Format(value));
}
