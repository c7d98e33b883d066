using System.Collections.Immutable;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Gating.Approvals;

/// <summary>What the votes about a candidate come to under the rules of a gate.</summary>
/// <param name="State">Whether it may pass.</param>
/// <param name="Message">Why, as a clause: <c>1 of 2 approvals (alice)</c>.</param>
/// <param name="Counted">The votes that count, one a person, in the order in which they were cast.</param>
/// <param name="Until">When one of them ends, or another begins to count; <see langword="null"/>: none does.</param>
public sealed record ApprovalDecision(ApprovalState State, string Message, ImmutableArray<Vote> Counted, DateTimeOffset? Until)
{
    // More would make a message that nobody reads.
    private const int MaxNamed = 10;
    private const int MaxFaults = 3;

    /// <summary>
    /// Decides about a candidate at one instant, by the rules as they are now: a verdict is never kept. A pure function, in which the order of the
    /// votes does not matter.
    /// </summary>
    /// <remarks>
    /// A vote counts if it is about exactly this candidate, has not ended, is of somebody whose votes the rules want, and has no fault. A person has
    /// one vote, however many are recorded; any vote against the candidate blocks it, that of an author, too.
    /// </remarks>
    /// <param name="rules">The gate's rules.</param>
    /// <param name="votes">The votes at this gate, about this target.</param>
    /// <param name="candidate">What asks to pass.</param>
    /// <param name="authors">Who wrote the commit, as <see cref="CommitAuthors"/> reads it; <see langword="null"/> or none: it is not known who did.</param>
    /// <param name="now">The instant to decide for.</param>
    /// <param name="floor">From when on approvals of it count; <see langword="null"/>: whenever they were cast.</param>
    public static ApprovalDecision Decide(
        ApprovalRules rules, IEnumerable<Vote> votes, Candidate candidate, IReadOnlyCollection<string>? authors, DateTimeOffset now, ApprovalFloor? floor = null)
    {
        var wanted = votes
            .Where(vote => vote.Candidate == candidate && !(vote.EndsAt(rules) <= now))
            .Where(vote => rules.From.IsEmpty || rules.From.Any(approver => approver.Has(vote)))
            .OrderBy(vote => vote.CastAt).ThenBy(vote => vote.Username, StringComparer.Ordinal).ThenBy(vote => vote.Name, StringComparer.Ordinal)
            .ToImmutableArray();
        var sound = wanted.Where(vote => Fault(rules, vote, floor) is null).ToImmutableArray();
        var valid = sound.Where(vote => !(vote.StartsAt(rules) > now)).ToImmutableArray();
        var against = valid.Where(vote => !vote.Approves).DistinctBy(vote => vote.Username).ToImmutableArray();
        var names = rules.SeparateFromCommitAuthor ? CommitAuthors.Names(authors ?? []) : null;
        // The vote of a person that ends last: the others add nothing to it.
        var inFavour = valid.Where(vote => vote.Approves && !IsAuthor(rules, names, vote))
            .GroupBy(vote => vote.Username)
            .Select(ofPerson => ofPerson.MaxBy(vote => vote.EndsAt(rules) ?? DateTimeOffset.MaxValue)!)
            // By the votes that count: the end of one that does not must change nothing.
            .OrderBy(vote => vote.CastAt).ThenBy(vote => vote.Username, StringComparer.Ordinal).ThenBy(vote => vote.Name, StringComparer.Ordinal)
            .ToImmutableArray();
        var counted = against.AddRange(inFavour);
        var until = counted.Select(vote => vote.EndsAt(rules)).Concat(sound.Except(valid).Select(vote => vote.StartsAt(rules))).Min();

        if (!against.IsEmpty)
        {
            return new(ApprovalState.Rejected, $"rejected by {Names(against)}{Why(against[0])}", counted, until);
        }

        if (names is { Count: 0 })
        {
            return new(ApprovalState.AuthorUnknown, "who wrote the commit is not known, and may not approve it; status.authors of the GatedSource can state it", counted, until);
        }

        var message = $"{inFavour.Length} of {rules.Required} approvals{(inFavour.IsEmpty ? "" : $" ({Names(inFavour)})")}{Discounted(rules, names, wanted, counted, floor, now)}";
        return new(inFavour.Length >= rules.Required ? ApprovalState.Approved : ApprovalState.Pending, message, counted, until);
    }

    private static bool IsAuthor(ApprovalRules rules, IReadOnlySet<string>? names, Vote vote) =>
        names is { Count: > 0 } && rules.AuthorClaim.Of(vote.Username, vote.Extra).Any(names.Contains);

    private static string? Fault(ApprovalRules rules, Vote vote, ApprovalFloor? floor) => vote.FaultUnder(rules)
        ?? (vote.Approves && (vote.CastAt <= floor?.At || vote.StartsAt(rules) <= floor?.At) ? $"{floor.Reason}; approvals later than {Rfc3339.Format(floor.At)} count" : null);

    private static string Names(ImmutableArray<Vote> votes)
    {
        var named = string.Join(", ", votes.Take(MaxNamed).Select(vote => vote.Username));
        return votes.Length > MaxNamed ? $"{named} and {votes.Length - MaxNamed} more" : named;
    }

    /// <summary>Whose approvals do not count, or not yet, although they are meant to: people wonder.</summary>
    private static string Discounted(ApprovalRules rules, IReadOnlySet<string>? names, ImmutableArray<Vote> wanted, ImmutableArray<Vote> counted, ApprovalFloor? floor, DateTimeOffset now)
    {
        var clauses = wanted.Where(vote => vote.Approves && !counted.Any(other => other.Username == vote.Username))
            .Select(vote => (vote.Username, Clause: Fault(rules, vote, floor) is { } fault ? $"does not count: {fault}"
                : vote.StartsAt(rules) is { } start && start > now ? $"does not count before {Rfc3339.Format(start)}"
                : IsAuthor(rules, names, vote) ? "does not count: they wrote the commit" : null))
            .Where(found => found.Clause is not null)
            .DistinctBy(found => found.Username)
            .Select(found => $"; that of {found.Username} {found.Clause}")
            .ToImmutableArray();
        return clauses.Length > MaxFaults ? $"{string.Concat(clauses.Take(MaxFaults))}; and {clauses.Length - MaxFaults} more do not count" : string.Concat(clauses);
    }

    private static string Why(Vote vote) => string.IsNullOrEmpty(vote.Reason) ? "" : $": {vote.Reason}";
}
