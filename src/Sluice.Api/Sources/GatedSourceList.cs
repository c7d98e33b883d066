namespace Sluice.Api.Sources;

/// <summary>Gated sources as the API server lists them.</summary>
public sealed record GatedSourceList
{
    /// <summary>The gated sources.</summary>
    public IReadOnlyList<GatedSource> Items { get; set; } = [];
}
