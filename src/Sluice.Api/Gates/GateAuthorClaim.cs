using Sluice.Gating.Approvals;

namespace Sluice.Api.Gates;

/// <summary>The claim of who approves that is compared with who wrote the commit: exactly one of these.</summary>
public sealed record GateAuthorClaim
{
    /// <summary>The username without this before it, which it must have.</summary>
    public string? UsernamePrefix { get; init; }

    /// <summary>The values of this key of the user's extra attributes.</summary>
    public string? Extra { get; init; }

    /// <summary>What the domain decides by.</summary>
    internal AuthorClaim ToClaim() => string.IsNullOrEmpty(UsernamePrefix) != string.IsNullOrEmpty(Extra)
        ? new() { UsernamePrefix = UsernamePrefix, Extra = Extra }
        : throw new InvalidSpecException("spec.approvals.authorClaim: expected exactly one of usernamePrefix and extra, not empty");
}
