using Sluice.Api.Metadata;

namespace Sluice.Cli.Cluster;

/// <summary>What is read of an object that can be held, of whatever kind.</summary>
/// <remarks>Settable, not init-only: System.Text.Json's source generator gives an init-only property that is missing in the JSON null, not its default.</remarks>
internal sealed record FluxObject
{
    /// <summary>Name, namespace, annotations, and who owns which field.</summary>
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What its owner wants.</summary>
    public FluxObjectSpec Spec { get; set; } = new();

    /// <summary>What controllers found.</summary>
    public FluxObjectStatus Status { get; set; } = new();

    /// <summary>The value of an annotation, or null.</summary>
    public string? Annotation(string name) => Metadata.Annotations?.GetValueOrDefault(name);
}
