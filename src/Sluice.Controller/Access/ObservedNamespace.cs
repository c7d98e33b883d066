using System.Text.Json;
using Sluice.Api.Serialization;
using Sluice.Kubernetes;

namespace Sluice.Controller.Access;

/// <summary>A namespace, as far as access to gates goes: its labels.</summary>
internal sealed class ObservedNamespace : ICachedObject
{
    /// <summary>Where namespaces are served.</summary>
    public static ApiResource Resource { get; } = new("", "v1", "namespaces", "Namespace", Namespaced: false);

    public required ObjectKey Key { get; init; }

    public required string Uid { get; init; }

    public required string ResourceVersion { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public static ObservedNamespace Read(ReadOnlySpan<byte> json)
    {
        var metadata = (JsonSerializer.Deserialize(json, ApiJson.Default.PartialObject) ?? throw new JsonException("Expected a Namespace and found null.")).Metadata;
        return new()
        {
            Key = new("", metadata.Name),
            Uid = metadata.Uid ?? "",
            ResourceVersion = metadata.ResourceVersion ?? "",
            Labels = metadata.Labels ?? new Dictionary<string, string>(),
        };
    }
}
