using System.Collections.Immutable;
using Sluice.Api.Gates;
using Sluice.Cli.Cluster;
using Sluice.Gating.Approvals;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Approving;

/// <summary>What one gate wants of people for a candidate, what they have said, and what the user may say: decided by the domain's own code.</summary>
internal sealed record GateBallot
{
    /// <summary>The gate.</summary>
    public required GateReference Reference { get; init; }

    /// <summary>What is voted about.</summary>
    public required Candidate Candidate { get; init; }

    /// <summary>Who the user is.</summary>
    public required Identity Self { get; init; }

    /// <summary>The present time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The gate as it stands; null: it does not exist, or the user may not read it.</summary>
    public Gate? Gate { get; init; }

    /// <summary>Why there is no <see cref="Gate"/>.</summary>
    public string? Problem { get; init; }

    /// <summary>Its rules; null: it wants no approvals.</summary>
    public ApprovalRules? Rules { get; init; }

    /// <summary>Whether the user has the verb <c>approve</c> on it.</summary>
    public bool MayApprove { get; init; }

    /// <summary>From when on approvals of the candidate count; null: whenever they were cast.</summary>
    public ApprovalFloor? Floor { get; init; }

    /// <summary>Who wrote the candidate, as sluice-controller has found out; null: it is not known.</summary>
    public IReadOnlyList<string>? Authors { get; init; }

    /// <summary>The votes at the gate about the gated source, also about other candidates.</summary>
    public ImmutableArray<Vote> Votes { get; init; } = [];

    /// <summary>Whether <see cref="Votes"/> are those that sluice-controller counts, since the user may not read approvals.</summary>
    public bool AreCounted { get; init; }

    /// <summary>What the votes come to; null where the gate wants none.</summary>
    public ApprovalDecision? Decision => Rules is null ? null
        : ApprovalDecision.Decide(AreCounted ? Rules with { From = [], Keys = null, SeparateFromCommitAuthor = false } : Rules, Votes, Candidate, Authors, Now, AreCounted ? null : Floor);

    /// <summary>The rules of a gate; null: it wants no approvals, or its spec cannot be understood.</summary>
    public static ApprovalRules? RulesOf(Gate gate) =>
        // Windows have no say in it, and their calendars are not read for it.
        (gate.Spec with { Windows = null }).ToRules(NoCalendars.Instance).Approvals;

    /// <summary>Whether the rules want the vote of a user.</summary>
    public static bool Wants(ApprovalRules rules, Identity self) => rules.From.IsEmpty
        || rules.From.Any(approver => approver.Kind == ApproverKind.User ? approver.Name == self.Username : self.Groups.Contains(approver.Name));

    /// <summary>Of a user's groups those that the rules name: what else they are in is nobody's business.</summary>
    public static IReadOnlyList<string> CountedGroups(ApprovalRules rules, Identity self) =>
        [.. rules.From.Where(approver => approver.Kind == ApproverKind.Group && self.Groups.Contains(approver.Name)).Select(approver => approver.Name).Distinct()];

    /// <summary>Of a user's extra attributes the one that the rules compare with who wrote the commit; null: there is none.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>>? ComparedExtra(ApprovalRules rules, Identity self) =>
        rules is { SeparateFromCommitAuthor: true, AuthorClaim.Extra: { } key } && self.Extra?.GetValueOrDefault(key) is { } values ? new Dictionary<string, IReadOnlyList<string>> { [key] = values } : null;

    /// <summary>Why an approval of a user would not count since the rules separate them from who wrote the commit; null: it would.</summary>
    public static string? Separation(ApprovalRules rules, Identity self, IReadOnlyList<string>? authors)
    {
        if (!rules.SeparateFromCommitAuthor)
            return null;
        var claim = rules.AuthorClaim.Of(self.Username, self.Extra);
        return claim.Count == 0 ? $"it tells who approves from who wrote the commit by the {rules.AuthorClaim}, and you ('{self.Username}') have none"
            : claim.FirstOrDefault(CommitAuthors.Names(authors ?? []).Contains) is { } name ? $"you ('{name}') wrote the commit: somebody else has to approve it"
            : null;
    }

    /// <summary>Whether the user's vote of that kind counts already.</summary>
    public bool HasVoted(bool approves) => Own(approves) is not null;

    /// <summary>The user's vote of that kind that counts; null: there is none.</summary>
    public Vote? Own(bool approves) => Decision?.Counted.FirstOrDefault(vote => vote.Username == Self.Username && vote.Approves == approves);

    /// <summary>Why the user cannot say that here; null: they can.</summary>
    /// <param name="approves">Whether it is for the candidate.</param>
    /// <param name="isSigned">Whether it is going to be signed.</param>
    public string? Refusal(bool approves, bool isSigned) => Problem
        ?? (Rules is null ? "it wants no approvals"
        : !MayApprove ? $"you ('{Self.Username}') may not approve there: that is the verb approve on gates.gating.toolkit.fluxcd.io"
        : !Wants(Rules, Self) ? $"it counts the votes of {VoteText.Approvers(Rules)} alone, and you are '{Self.Username}'"
        : approves && Separation(Rules, Self, Authors) is { } separation ? separation
        : approves && Rules.Keys is not null && !isSigned && !HasVoted(approves: true)
            ? "it counts signed approvals alone: sign with --key FILE, or elsewhere by way of --statement-only"
        : approves && HasVoted(approves: false) ? "you have rejected it there, which blocks it whatever else is said; 'revoke' takes that back"
        : null);
}
