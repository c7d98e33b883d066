using Sluice.Api.Metadata;

namespace Sluice.Api.Bindings;

/// <summary>The body of a server-side apply of a binding's status: no spec, of which it would become an owner.</summary>
public sealed record GateBindingStatusApply
{
    /// <summary>The group and version.</summary>
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;

    /// <summary>The kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Name, namespace, identity, and the version that was decided about.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The status.</summary>
    public required GateBindingStatus Status { get; init; }
}
