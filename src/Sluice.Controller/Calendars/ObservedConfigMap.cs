using System.Text.Json;
using Sluice.Api.Serialization;
using Sluice.Kubernetes;

namespace Sluice.Controller.Calendars;

/// <summary>A ConfigMap with calendars, of which a gate names some key.</summary>
internal sealed record ObservedConfigMap(ObjectKey Key, string Uid, string ResourceVersion, IReadOnlyDictionary<string, string> Data) : ICachedObject
{
    public static ObservedConfigMap Read(ReadOnlySpan<byte> json)
    {
        var map = JsonSerializer.Deserialize(json, ApiJson.Default.ConfigMap) ?? throw new JsonException("Expected a ConfigMap and found null.");
        return new(new(map.Metadata.Namespace ?? "", map.Metadata.Name), map.Metadata.Uid ?? "", map.Metadata.ResourceVersion ?? "", map.Data ?? new Dictionary<string, string>());
    }
}
