using Sluice.Api.Metadata;

namespace Sluice.Cli.Cluster;

/// <summary>The fields of a status that matter here.</summary>
internal sealed record FluxObjectStatus
{
    /// <summary>Its conditions.</summary>
    public IReadOnlyList<Condition> Conditions { get; set; } = [];
}
