using Sluice.Api.Metadata;

namespace Sluice.Api.Bindings;

/// <summary>
/// Puts gates before Flux objects that do not name them: a <c>GateBinding</c> before those of its own namespace, a
/// <c>ClusterGateBinding</c> before those of many. Both have the same shape.
/// </summary>
public sealed record GateBinding
{
    /// <summary>The kind of those that bind in their own namespace.</summary>
    public const string KindName = "GateBinding";

    /// <summary>The kind of those that bind in many namespaces.</summary>
    public const string ClusterKindName = "ClusterGateBinding";

    /// <summary>The group and version.</summary>
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;

    /// <summary>The kind.</summary>
    public string Kind { get; set; } = KindName;

    /// <summary>Name, namespace and what the API server keeps.</summary>
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What its owner wants.</summary>
    public GateBindingSpec Spec { get; set; } = new();

    /// <summary>What the controller found.</summary>
    public GateBindingStatus? Status { get; init; }
}
