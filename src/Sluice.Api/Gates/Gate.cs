using Sluice.Api.Metadata;

namespace Sluice.Api.Gates;

/// <summary>A gate: opened or closed now, with a reason and a next transition.</summary>
public sealed record Gate
{
    /// <summary>The kind's name.</summary>
    public const string KindName = "Gate";

    /// <summary>The group and version.</summary>
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;

    /// <summary>The kind.</summary>
    public string Kind { get; set; } = KindName;

    /// <summary>Name, namespace, annotations and what the API server keeps.</summary>
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What its owner wants.</summary>
    public GateSpec Spec { get; set; } = new();

    /// <summary>What the controller found.</summary>
    public GateStatus? Status { get; init; }
}
