namespace Sluice.Cli.Cluster;

/// <summary>The fields of a spec that matter here.</summary>
internal sealed record FluxObjectSpec
{
    /// <summary>Whether it is suspended.</summary>
    public bool Suspend { get; set; }

    /// <summary>The gates that it names, where its CRD has the field.</summary>
    public IReadOnlyList<NamedGate> Gates { get; set; } = [];
}
