namespace Sluice.Api.Sources;

/// <summary>What makes one candidate another than the next: all three.</summary>
public sealed record CandidateKey
{
    /// <summary>The revision as Flux writes it.</summary>
    public string Revision { get; set; } = "";

    /// <summary>The digest of its artifact.</summary>
    public string Digest { get; set; } = "";

    /// <summary>The digest of the source's spec that produced it.</summary>
    public string SpecDigest { get; set; } = "";
}
