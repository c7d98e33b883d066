namespace Sluice.Cli.Cluster;

/// <summary>An entry of <c>spec.gates</c>.</summary>
internal sealed record NamedGate
{
    /// <summary>The gate's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The gate's namespace; null or empty: the object's own.</summary>
    public string? Namespace { get; set; }
}
