using System.Collections.Immutable;
using Sluice.Api.Approvals;
using Sluice.Api.Audit;
using Sluice.Api.Sources;
using Sluice.Controller.Auditing;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;
using Sluice.Gating.Requirements;

namespace Sluice.Controller.Sources;

/// <summary>
/// What a look at a gated source decides that matters to people. It follows from the status before and what the look makes of it alone, and is kept by the write that
/// takes the status there: so each is decided once, whenever a controller is killed. One record is an Event, an entry of <c>status.decisions</c> and a line of the audit log.
/// </summary>
internal static class SourceDecisions
{
    private const string Refused = "RollbackRefused";
    private const string Rejected = nameof(VerdictKind.Rejected);
    private const string RejectedRevoked = "RejectionRevoked";
    private const string Given = "ApprovalGiven";
    private const string GivenRevoked = "ApprovalRevoked";

    /// <summary>What is decided, in order.</summary>
    /// <param name="observed">The gated source, with the status before.</param>
    /// <param name="look">What the look found.</param>
    /// <param name="now">The instant of the look.</param>
    public static ImmutableArray<AuditRecord> Of(ObservedGatedSource observed, GatedSourceLook look, DateTimeOffset now)
    {
        var (before, after) = (observed.State.Waiting, look.State.Waiting);
        var decided = ImmutableArray.CreateBuilder<AuditRecord>(0);
        if (look.Refusal is { } refusal && observed.Rollback is { } asked)
        {
            decided.Add(About(null, null, null) with { Decision = Refused, Revision = ReleaseState.Named(asked.To), By = asked.By, Reason = "NotInHistory", Message = refusal });
        }

        // What takes its place says so.
        if (before is not null && !look.Releases && IsGone(before, after) && after?.Supersedes is null)
        {
            var known = observed.Status?.Candidate;
            decided.Add(About(before.Candidate, known?.Gates, known?.Approvals) with
            {
                Decision = "CandidateWithdrawn",
                By = before.IsRollback ? observed.Rollback?.By : null,
                Reason = before.IsRollback ? "RollbackGivenUp" : "SourceWentBack",
                Message = before.IsRollback ? $"The roll-back to {before.Candidate.Revision} is given up: {look.State.Released?.Candidate.Revision} stays released"
                    : $"Candidate {before.Candidate.Revision} waits no more: the source went back to what it offered before; {look.State.Released?.Candidate.Revision} stays released",
            });
        }

        if (look.Candidate is not { } candidate)
        {
            return decided.ToImmutable();
        }

        if (after is not null && after != before)
        {
            decided.Add(About(after.Candidate, candidate.Gates, candidate.Approvals) with
            {
                Decision = after.IsRollback ? "RollbackRequested" : "CandidateWaiting",
                By = after.RequestedBy,
                Reason = candidate.Decision.Reason,
                Message = $"{candidate.Decision.Message}{Superseding(after.Supersedes, before)}{(look.State.ReturnedAt is null ? "" : " It was released before, and the source went back to it: approvals count anew.")}",
            });
        }

        AddVotes();
        if (look.Releases && look.State.Released is { } released)
        {
            decided.Add(About(released.Candidate, candidate.Gates, candidate.Approvals) with
            {
                Decision = released.Reason == Release.Rollback ? "RolledBack" : "Released",
                By = released.By,
                Reason = released.Reason,
                Message = $"{released.Candidate.Revision} ({released.Candidate.Digest}) is released: {released.Message}"
                    + Superseding(before is null || before.Candidate == released.Candidate ? null : before.Candidate.Revision, before),
            });
        }

        return decided.ToImmutable();

        void AddVotes()
        {
            var judged = look.Releases ? look.State.Released!.Candidate : after!.Candidate;
            // Of what waits anew it is told anew who is against it.
            var waited = before?.Candidate == judged && (look.Releases || !IsGone(before, after));
            var told = waited ? observed.Status?.Candidate?.Approvals : null;
            var (lifted, added) = Changed(told, candidate.Approvals, ApprovalSpec.Reject);
            AddLifted(RejectedRevoked, "rejection", lifted);
            if (added.Count > 0)
            {
                decided.Add(About(judged, candidate.Gates, candidate.Approvals) with
                {
                    Decision = Rejected,
                    By = Approvers(added),
                    Reason = Rejected,
                    Message = $"Candidate {judged.Revision} is voted against: {string.Join(", ", candidate.Rejections)}.",
                });
            }

            (lifted, added) = Changed(told, candidate.Approvals, ApprovalSpec.Approve);
            AddLifted(GivenRevoked, "approval", lifted);
            // What begins to wait, or is released, says itself by whom it was approved.
            if (added.Count > 0 && waited && !look.Releases)
            {
                decided.Add(About(judged, candidate.Gates, candidate.Approvals) with
                {
                    Decision = Given,
                    By = Approvers(added),
                    Reason = candidate.Decision.Reason,
                    Message = $"Candidate {judged.Revision} is voted for: {string.Join(", ", added.Select(vote => $"{vote.Approver} at gate '{vote.Gate}'{(vote.Reason is null ? "" : $" ({vote.Reason})")}"))}. {candidate.Decision.Message}",
                });
            }

            void AddLifted(string decision, string what, List<CandidateApproval> lifted)
            {
                if (lifted.Count > 0)
                {
                    decided.Add(About(judged, candidate.Gates, candidate.Approvals) with
                    {
                        Decision = decision,
                        Reason = candidate.Decision.Reason,
                        Message = $"The {what} of {judged.Revision} by {string.Join(", ", lifted.Select(vote => $"{vote.Approver} at gate '{vote.Gate}'"))} counts no more: "
                            + (lifted.All(vote => vote.Until <= now) ? "it has ended" : "it was taken back, or the gate does not want it now"),
                    });
                }
            }
        }

        AuditRecord About(Candidate? candidate, IReadOnlyList<CandidateGate>? gates, IReadOnlyList<CandidateApproval>? approvals) => new()
        {
            At = now,
            Decision = "",
            Object = DecisionRecords.About(observed),
            Revision = candidate?.Revision,
            Digest = candidate?.Digest,
            SpecDigest = candidate?.SpecDigest,
            Gates = [.. gates?.Select(gate => new AuditGate($"{gate.Namespace}/{gate.Name}", gate.State, gate.Reason)) ?? []],
            Approvals = [.. approvals?.Select(vote => new AuditApproval(vote.Gate, vote.Approver, vote.Decision, vote.Name, vote.At, vote.Reason, vote.SignedBy)) ?? []],
        };
    }

    /// <summary>The last decisions with those of a look, the newest first.</summary>
    public static IReadOnlyList<SourceDecision>? Keep(IReadOnlyList<SourceDecision>? before, ImmutableArray<AuditRecord> decided) =>
        decided.IsEmpty ? before : Keep([.. decided.Reverse().Select(SourceDecision.Of)], before ?? []);

    // Of what was decided before, votes make room first: anybody who may vote can vote and take it back, and what has waited and was released must not be forgotten for it.
    private static List<SourceDecision> Keep(List<SourceDecision> decided, IReadOnlyList<SourceDecision> before)
    {
        var kept = before.ToList();
        while (decided.Count + kept.Count > SourceDecision.KeptLength && kept.Count > 0)
        {
            var vote = kept.FindLastIndex(decision => decision.Decision is Rejected or RejectedRevoked or Given or GivenRevoked);
            kept.RemoveAt(vote < 0 ? kept.Count - 1 : vote);
        }

        return [.. decided.Concat(kept).Take(SourceDecision.KeptLength)];
    }

    /// <summary>Whether a status has a decision, or the same one made anew since.</summary>
    public static bool Has(GatedSourceStatus? status, AuditRecord decision) =>
        status?.Decisions?.Any(kept => kept.At >= decision.At && kept with { At = default, Gates = null } == SourceDecision.Of(decision) with { At = default, Gates = null }) == true;

    /// <summary>Whether somebody should look at it.</summary>
    public static bool IsWarning(AuditRecord decision) => decision.Decision is Refused or Rejected;

    private static bool IsGone(Waiting before, Waiting? after) => after is null || after.Candidate != before.Candidate || before.IsRollback && !after.IsRollback;

    // What a roll-back goes back to was released once.
    private static string Superseding(string? older, Waiting? before) =>
        older is null ? "" : before is { IsRollback: true } ? $" It takes the place of the roll-back to {older}, which is given up." : $" It supersedes {older}, which was not released.";

    /// <summary>Which votes of one kind count no more, and which do now.</summary>
    private static (List<CandidateApproval> Lifted, List<CandidateApproval> Added) Changed(IReadOnlyList<CandidateApproval>? before, IReadOnlyList<CandidateApproval> now, string decision)
    {
        var (were, are) = (Of(before ?? []), Of(now));
        return ([.. were.ExceptBy(are.Select(Who), Who)], [.. are.ExceptBy(were.Select(Who), Who)]);

        List<CandidateApproval> Of(IEnumerable<CandidateApproval> votes) => [.. votes.Where(vote => vote.Decision == decision)];
    }

    private static string Approvers(IEnumerable<CandidateApproval> votes) => string.Join(", ", votes.Select(vote => vote.Approver).Distinct());

    private static (string Gate, string Approver) Who(CandidateApproval vote) => (vote.Gate, vote.Approver);
}
