using System.Collections.Immutable;
using Sluice.Gating.Signatures;

namespace Sluice.Gating.Approvals;

/// <summary>Whose votes a gate wants for a candidate, and how many.</summary>
public sealed record ApprovalRules
{
    /// <summary>How many different people must approve, at least 1. Default: 1.</summary>
    public int Required { get; init; } = 1;

    /// <summary>Whose votes count. Empty (the default): those of everybody who may approve at the gate.</summary>
    public ImmutableArray<Approver> From { get; init; } = [];

    /// <summary>Whether who wrote the commit may not approve it. Then a candidate whose authors are not known does not pass.</summary>
    public bool SeparateFromCommitAuthor { get; init; }

    /// <summary>The claim of who approves that tells them from who wrote the commit. Default: the username.</summary>
    public AuthorClaim AuthorClaim { get; init; } = new();

    /// <summary>How long a vote counts, greater than zero; <see langword="null"/> (the default): until it is revoked, or ends by itself.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    /// <summary>
    /// The keys that an approval must be signed with; <see langword="null"/> (the default): none need be. A rejection needs no signature: what is
    /// to stop must not wait for a key.
    /// </summary>
    public TrustedKeys? Keys { get; init; }
}
