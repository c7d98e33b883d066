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

    /// <summary>Who did, as far as that is known.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>What was set aside before a person asked to go back, which it is again when that is given up; unset: nothing was.</summary>
    public CandidateKey? SetAsideBefore { get; init; }

    /// <summary>Who wrote it, as far as that is known.</summary>
    public IReadOnlyList<string>? Authors { get; init; }

    /// <summary>What the gates say to it.</summary>
    public IReadOnlyList<CandidateGate>? Gates { get; init; }

    /// <summary>The votes about it that count.</summary>
    public IReadOnlyList<CandidateApproval>? Approvals { get; init; }
}
