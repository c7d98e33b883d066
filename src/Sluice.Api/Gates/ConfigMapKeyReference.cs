namespace Sluice.Api.Gates;

/// <summary>A key of a ConfigMap.</summary>
public sealed record ConfigMapKeyReference
{
    /// <summary>The ConfigMap's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The key.</summary>
    public string Key { get; set; } = "";
}
