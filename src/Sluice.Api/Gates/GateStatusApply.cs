using Sluice.Api.Metadata;

namespace Sluice.Api.Gates;

/// <summary>The body of a server-side apply of a gate's status: no spec, of which it would become an owner.</summary>
public sealed record GateStatusApply
{
    /// <summary>The group and version.</summary>
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;

    /// <summary>The kind.</summary>
    public string Kind { get; set; } = Gate.KindName;

    /// <summary>Name, namespace, identity, and the version that was decided about.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The status.</summary>
    public required GateStatus Status { get; init; }
}
