using Sluice.Api.Metadata;

namespace Sluice.Api.Sources;

/// <summary>The body of a server-side apply of a gated source's status: no spec, of which it would become an owner.</summary>
public sealed record GatedSourceStatusApply
{
    /// <summary>The group and version.</summary>
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;

    /// <summary>The kind.</summary>
    public string Kind { get; set; } = GatedSource.KindName;

    /// <summary>Name, namespace, identity, and the version that was decided about.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>The status.</summary>
    public required GatedSourceStatus Status { get; init; }
}
