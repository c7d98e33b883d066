using Sluice.Api.Metadata;

namespace Sluice.Api.Configuration;

/// <summary>A ConfigMap, of which Sluice reads texts.</summary>
public sealed record ConfigMap
{
    /// <summary>Its name, namespace and version.</summary>
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Its texts, by key.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }
}
