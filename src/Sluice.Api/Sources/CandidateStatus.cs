namespace Sluice.Api.Sources;

/// <summary>A candidate that waits, and for what.</summary>
public sealed record CandidateStatus
{
    /// <summary>The revision as Flux writes it.</summary>
    public string Revision { get; set; } = "";

    /// <summary>The digest of its artifact.</summary>
    public string Digest { get; set; } = "";

    /// <summary>The digest of the source's spec that produced it.</summary>
    public string SpecDigest { get; set; } = "";

    /// <summary>Since when it waits.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The revision that waited before it, if one did.</summary>
    public string? Supersedes { get; init; }

    /// <summary>Whether a person asked to go back to it.</summary>
    public bool? Rollback { get; init; }

    /// <summary>Who wrote it, as far as that is known.</summary>
    public IReadOnlyList<string>? Authors { get; init; }

    /// <summary>What the gates say to it.</summary>
    public IReadOnlyList<CandidateGate>? Gates { get; init; }

    /// <summary>The votes about it that count.</summary>
    public IReadOnlyList<CandidateApproval>? Approvals { get; init; }
}
