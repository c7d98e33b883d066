using System.Collections.Immutable;
using Sluice.Gating.Approvals;

namespace Sluice.Cli.Approving;

/// <summary>Votes in clauses.</summary>
internal static class VoteText
{
    /// <summary>What the votes at a gate come to: <c>1 of 2 approvals (alice), from group sre</c>.</summary>
    public static string Of(GateBallot ballot) =>
        ballot.Problem ?? (ballot.Rules is not { } rules || ballot.Decision is not { } decision ? "wants none"
            : decision.State == ApprovalState.Rejected ? decision.Message : With(rules, decision.Message));

    /// <summary>What votes come to with whose are wanted, which belongs before whose do not count: <c>0 of 1 approvals, signed; that of alice …</c>.</summary>
    public static string With(ApprovalRules rules, string message)
    {
        var end = message.IndexOf("; that of ", StringComparison.Ordinal);
        return end < 0 ? message + Wanted(rules) : message.Insert(end, Wanted(rules));
    }

    /// <summary>Whose votes are wanted, as the end of a clause; empty where everybody's are.</summary>
    public static string Wanted(ApprovalRules rules) =>
        (rules.Keys is null ? "" : ", signed") + (rules.From.IsEmpty ? "" : $", from {Approvers(rules)}") + (!rules.SeparateFromCommitAuthor ? ""
        : $", not of the commit's authors{(rules.AuthorClaim == new AuthorClaim() ? "" : $" by the {rules.AuthorClaim}")}");

    /// <summary>Whose votes count: <c>group sre, user alice</c>.</summary>
    public static string Approvers(ApprovalRules rules) =>
        string.Join(", ", rules.From.Select(approver => $"{(approver.Kind == ApproverKind.User ? "user" : "group")} {approver.Name}"));

    /// <summary>What the user has said about it: <c>approved</c>, <c>rejected</c>, or nothing.</summary>
    public static string Own(GateBallot ballot) => ballot.HasVoted(approves: false) ? "rejected" : ballot.HasVoted(approves: true) ? "approved" : "";

    /// <summary>Gates in a clause: <c>gate a/b</c>, <c>gates a/b, c/d</c>.</summary>
    public static string Gates(IEnumerable<GateBallot> ballots)
    {
        var names = ballots.Select(ballot => ballot.Reference.ToString()).ToImmutableArray();
        return $"{(names.Length == 1 ? "gate" : "gates")} {string.Join(", ", names)}";
    }
}
