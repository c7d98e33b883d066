using Sluice.Api.Metadata;

namespace Sluice.Cli.Cluster;

/// <summary>What is read of an object that can be held, of whatever kind.</summary>
internal sealed record FluxObject
{
    /// <summary>Name, namespace, annotations, and who owns which field.</summary>
    public ObjectMeta Metadata { get; init; } = new();

    /// <summary>What its owner wants.</summary>
    public FluxObjectSpec Spec { get; init; } = new();

    /// <summary>What controllers found.</summary>
    public FluxObjectStatus Status { get; init; } = new();

    /// <summary>The value of an annotation, or null.</summary>
    public string? Annotation(string name) => Metadata.Annotations?.GetValueOrDefault(name);
}
