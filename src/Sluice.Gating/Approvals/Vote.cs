using System.Collections.Immutable;
using Sluice.Gating.Gates;
using Sluice.Gating.Signatures;

namespace Sluice.Gating.Approvals;

/// <summary>
/// What one person said about one candidate before one gate. Who it was is proved before it comes here: nothing of a vote is a mere claim.
/// </summary>
public sealed record Vote
{
    /// <summary>The name of the object that records it.</summary>
    public required string Name { get; init; }

    /// <summary>Who voted.</summary>
    public required string Username { get; init; }

    /// <summary>The groups that they were in.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Their extra attributes, as Kubernetes authenticated them; those that matter to a gate.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }

    /// <summary>Whether it is for the candidate; else it is against it.</summary>
    public required bool Approves { get; init; }

    /// <summary>What it is about: that alone.</summary>
    public required Candidate Candidate { get; init; }

    /// <summary>When it was cast.</summary>
    public required DateTimeOffset CastAt { get; init; }

    /// <summary>The first instant at which it no longer counts; <see langword="null"/>: the gate's rules say how long it does.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Why, in the words of who voted.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it counts under no rules; <see langword="null"/>: it does.</summary>
    public string? Fault { get; init; }

    /// <summary>What came of checking its signature by the keys of the rules; <see langword="null"/>: it was not checked.</summary>
    public SignatureCheck? Signature { get; init; }

    /// <summary>Why it does not count under some rules, as a clause; <see langword="null"/>: it does, in its time.</summary>
    public string? FaultUnder(ApprovalRules rules) => Fault
        ?? (Approves && rules.SeparateFromCommitAuthor && rules.AuthorClaim.Of(Username, Extra).Count == 0
            ? $"there is no {rules.AuthorClaim} with it, which would tell them from who wrote the commit" : null)
        ?? (rules.Keys is not { } keys || !Approves ? null
        : Signature?.Keys == keys.Fingerprint ? Signature.Fault
        // What has been found by other keys says nothing.
        : "its signature has not been checked");

    /// <summary>The first instant at which it counts under some rules; <see langword="null"/>: it does from the start.</summary>
    public DateTimeOffset? StartsAt(ApprovalRules rules) => rules.Keys is null || !Approves ? null : Signature?.NotBefore;

    /// <summary>The first instant at which it no longer counts under some rules; <see langword="null"/>: never.</summary>
    public DateTimeOffset? EndsAt(ApprovalRules rules)
    {
        // A span that is longer than time has no end.
        var byRules = rules.ExpiresAfter is { } span && span < DateTimeOffset.MaxValue - CastAt ? CastAt + span : (DateTimeOffset?)null;
        return byRules is null || ExpiresAt < byRules ? ExpiresAt : byRules;
    }
}
