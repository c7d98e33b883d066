using Sluice.Gating.Requirements;

namespace Sluice.Api.Bindings;

/// <summary>A gate that a binding puts before objects, or that a gated source waits at.</summary>
public sealed record BoundGate
{
    /// <summary>The gate's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The gate's namespace. Default: that of the object that names it; a <c>ClusterGateBinding</c> has none and must say it.</summary>
    public string? Namespace { get; init; }

    /// <summary>The gate, for who names it from a namespace.</summary>
    /// <param name="ownNamespace">That namespace; empty for what is cluster-scoped.</param>
    public GateReference From(string? ownNamespace) => new(Namespace ?? ownNamespace ?? "", Name);
}
