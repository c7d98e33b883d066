namespace Sluice.Api.Bindings;

/// <summary>A gate that a binding puts before objects.</summary>
public sealed record BoundGate
{
    /// <summary>The gate's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The gate's namespace. Default: that of the binding; a <c>ClusterGateBinding</c> has none and must say it.</summary>
    public string? Namespace { get; init; }
}
