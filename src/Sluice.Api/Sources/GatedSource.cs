using Sluice.Api.Metadata;

namespace Sluice.Api.Sources;

/// <summary>
/// A source of Flux whose revisions wait at gates. Flux objects point at its target, which is the source pinned at what was released last: the
/// source goes on fetching, the target goes on being reconciled, and nothing in between is suspended.
/// </summary>
public sealed record GatedSource
{
    /// <summary>The kind's name.</summary>
    public const string KindName = "GatedSource";

    /// <summary>The group and version.</summary>
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;

    /// <summary>The kind.</summary>
    public string Kind { get; set; } = KindName;

    /// <summary>Name, namespace, annotations and what the API server keeps.</summary>
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What its owner wants.</summary>
    public GatedSourceSpec Spec { get; set; } = new();

    /// <summary>What the controller found and decided.</summary>
    public GatedSourceStatus? Status { get; init; }
}
