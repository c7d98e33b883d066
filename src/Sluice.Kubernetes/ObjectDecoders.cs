using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sluice.Kubernetes;

/// <summary>Ready-made decoders.</summary>
public static class ObjectDecoders
{
    /// <summary>Keeps a copy of the JSON itself.</summary>
    public static ObjectDecoder<ReadOnlyMemory<byte>> Raw { get; } = static json => json.ToArray();

    /// <summary>Ignores the answer, for writes whose result is of no interest.</summary>
    public static ObjectDecoder<bool> Ignore { get; } = static _ => true;

    /// <summary>Decodes with source-generated metadata.</summary>
    /// <exception cref="JsonException">Thrown by the decoder for JSON that does not fit, or that is <c>null</c>.</exception>
    public static ObjectDecoder<T> From<T>(JsonTypeInfo<T> type) where T : class =>
        json => JsonSerializer.Deserialize(json, type) ?? throw new JsonException($"Expected a {typeof(T).Name} and found null.");
}
