namespace Sluice.Api.Sources;

/// <summary>The pinned object of a gated source.</summary>
public sealed record SourceTarget
{
    /// <summary>Its name, which is not the source's.</summary>
    public string Name { get; set; } = "";
}
