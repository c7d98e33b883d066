using System.Collections.Immutable;
using Sluice.Api.Approvals;
using Sluice.Api.Gates;
using Sluice.Api.Sources;
using Sluice.Controller.Approvals;
using Sluice.Controller.Gated;
using Sluice.Controller.Gates;
using Sluice.Gating.Approvals;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;
using Sluice.Gating.Requirements;

namespace Sluice.Controller.Sources;

/// <summary>Asks the gates of a gated source what they say to a candidate; all as they are in the cache.</summary>
/// <param name="gates">Finds the gates.</param>
/// <param name="votes">The approvals.</param>
/// <param name="elsewhere">Answers checks about other gated sources.</param>
/// <param name="votesAreProved">
/// Whether admission lets nobody vote as another: else an approval is a claim, and a gate that wants approvals lets nothing pass.
/// </param>
internal sealed class CandidateEvaluator(GateEvaluator gates, Votes votes, Elsewhere elsewhere, bool votesAreProved)
{
    /// <summary>Whether it can be told: approvals, or the calendar of a gate, may not have been read yet.</summary>
    public bool CanTell(ObservedGatedSource source, DateTimeOffset now) => votes.AreKnown && gates.CanTell(source.Gates, now);

    /// <summary>Whether what waits may be released at <paramref name="now"/>.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="state">What of it was released and what waits, which is something.</param>
    /// <param name="authors">Who wrote the commit; null: it is not known.</param>
    /// <param name="now">The present instant.</param>
    public CandidateLook Look(ObservedGatedSource source, ReleaseState state, IReadOnlyList<string>? authors, DateTimeOffset now)
    {
        var candidate = state.Waiting!.Candidate;
        var kept = source.Status?.Decisions ?? [];
        var seen = kept.Where(decision => decision is { Revision: not null, Digest: not null, SpecDigest: not null })
            .Select(decision => new Candidate(decision.Revision!, decision.Digest!, decision.SpecDigest!)).ToList();
        var seenSince = kept.Count < SourceDecision.KeptLength ? null : (DateTimeOffset?)kept[^1].At;
        var verdicts = ImmutableArray.CreateBuilder<GateVerdict>();
        var shown = ImmutableArray.CreateBuilder<CandidateGate>();
        var counted = ImmutableArray.CreateBuilder<CandidateApproval>();
        var asks = ImmutableArray.CreateBuilder<(ObservedGate Gate, AskedCheck Check)>();
        var rejections = ImmutableArray.CreateBuilder<string>();
        var by = new List<string>();
        DateTimeOffset? until = null;
        foreach (var reference in source.Gates)
        {
            if (gates.Find(reference, source.Key.Namespace, out var refusal) is not { } gate)
            {
                verdicts.Add(refusal!);
                shown.Add(Show(reference, refusal!, null, null));
                continue;
            }

            // To what it was opened for it is closed as to any other, when that has been released.
            var decision = gate.Latched.Current is { } request && state.IsSpent(request, seen, seenSince) ? gate.Decide(now) : gate.Decide(candidate, now);
            var approval = gate.Rules.Approvals is { } rules ? ApprovalDecision.Decide(rules, votes.Of(source, gate), candidate, authors, now, state.ApprovalFloor) : null;
            var checks = Check(gate, candidate, now);
            var isAsked = decision.State == GateState.Opened && approval?.State != ApprovalState.Rejected;
            asks.AddRange(isAsked ? gate.Rules.Checks.OfType<AskedCheck>().Where(check => check.IsAboutCandidate).Select(check => (gate, check)) : []);
            var verdict = Combine(Verdict(gate, decision, candidate), approval, checks);
            verdicts.Add(verdict);
            shown.Add(Show(reference, verdict, decision, gate.Rules.Approvals));
            if (approval is not null && votesAreProved)
            {
                counted.AddRange(approval.Counted.Select(vote => Show(gate, gate.Rules.Approvals!, vote)));
                by.AddRange(approval.Counted.Where(vote => vote.Approves).Select(vote => vote.Username));
                if (approval.State == ApprovalState.Rejected)
                {
                    rejections.Add(new GateVerdict(gate.Name, VerdictKind.Rejected, approval.Message).Clause);
                }
            }

            until = new[] { until, decision.Until, approval?.Until, checks.Until }.Min();
        }

        var group = new GateGroup(source.Require, verdicts.ToImmutable());
        var what = $"Candidate {candidate.Revision}";
        // A gated source without gates cannot be created; if there is one all the same, somebody has got around the API server.
        var held = source.Gates.IsEmpty
            ? HoldDecision.Of([new(Require.All, [new("", VerdictKind.InvalidReference, "spec.gates: expected at least one gate")])], what)
            : HoldDecision.Of([group], what);
        var passedBy = by.Concat(held.Openers).Distinct().ToList();
        return new(held, shown.ToImmutable(), counted.ToImmutable(), passedBy.Count == 0 ? null : string.Join(", ", passedBy), until)
        {
            Authors = authors,
            Asks = asks.ToImmutable(),
            Rejections = rejections.ToImmutable(),
        };
    }

    private static GateVerdict Verdict(ObservedGate gate, GateDecision decision, Candidate candidate)
    {
        var verdict = GateEvaluator.Verdict(gate, decision);
        if (verdict.Kind != VerdictKind.OpenedForRevision)
        {
            return verdict;
        }

        var name = gate.Latched.Current!.Revision!;
        return verdict with
        {
            Detail = !candidate.IsNamedBy(name) ? "another revision alone"
                : !Revisions.HasChecksum(name) ? $"a version, which other sources may have as well: open it for {candidate.NameToOpen}"
                : "this revision as it was before, with another digest or spec, or released since, or asked for too long ago to know: open it anew",
        };
    }

    // Those of its checks that are about one candidate; of the others the gate's own decision knows.
    private CheckDecision Check(ObservedGate gate, Candidate candidate, DateTimeOffset now)
    {
        var decisions = gate.Rules.Checks.Where(check => check.IsAboutCandidate).Select(check => (check.Name, Decision: Decide(check, gate, candidate, now))).ToList();
        var failing = decisions.Where(decided => !decided.Decision.Passes).Select(decided => $"check '{decided.Name}': {decided.Decision.Message}").ToList();
        return new(failing.Count == 0, string.Join("; ", failing), decisions.Select(decided => decided.Decision.Until).Min());
    }

    private CheckDecision Decide(Check check, ObservedGate gate, Candidate candidate, DateTimeOffset now) => check switch
    {
        ReleasedElsewhere released => elsewhere.Decide(released, gate.Key.Namespace, candidate, now),
        AskedCheck asked when CheckAnswer.Find(gate.Answers, asked, candidate, now) is { } answer => new(answer.Passes, answer.Message, answer.Until),
        _ => CheckDecision.No("it has not been answered yet"),
    };

    private GateVerdict Combine(GateVerdict gate, ApprovalDecision? approval, CheckDecision checks)
    {
        var verdict = Combine(gate, approval);
        return gate.Kind != VerdictKind.Opened || checks.Passes ? verdict
            : verdict.Kind == VerdictKind.Opened ? new(gate.Gate, VerdictKind.CheckNotPassed, checks.Message)
            : verdict with { Detail = $"{verdict.Detail}, and waits for {checks.Message}" };
    }

    private GateVerdict Combine(GateVerdict gate, ApprovalDecision? approval) => (gate.Kind, approval) switch
    {
        (not VerdictKind.Opened, _) or (_, null) => gate,
        (_, not null) when !votesAreProved => new(
            gate.Gate, VerdictKind.ApprovalPending, "approvals, none of which counts: install config/admission, and start sluice-controller with --trust-requested-by"),
        (_, { State: ApprovalState.Approved }) => gate,
        (_, { State: ApprovalState.Rejected }) => new(gate.Gate, VerdictKind.Rejected, approval.Message),
        (_, { State: ApprovalState.AuthorUnknown }) => new(gate.Gate, VerdictKind.AuthorUnknown, approval.Message),
        _ => new(gate.Gate, VerdictKind.ApprovalPending, approval.Message),
    };

    private static CandidateGate Show(GateReference reference, GateVerdict verdict, GateDecision? decision, ApprovalRules? rules) => new()
    {
        Name = reference.Name,
        Namespace = reference.Namespace,
        State = GateStateNames.Of(verdict.Kind == VerdictKind.Opened ? GateState.Opened : GateState.Closed),
        Reason = verdict.Kind == VerdictKind.Opened ? HoldDecision.GateOpened : verdict.Kind.ToString(),
        Message = verdict.Kind is VerdictKind.Opened or VerdictKind.GateClosed ? decision?.Message : verdict.Clause,
        NextTransition = decision?.Next is { } next ? new() { At = next.At, To = GateStateNames.Of(next.To), Reason = next.Reason } : null,
        Required = rules?.Required,
    };

    private static CandidateApproval Show(ObservedGate gate, ApprovalRules rules, Vote vote) => new()
    {
        Name = vote.Name,
        Gate = gate.Name,
        Approver = vote.Username,
        Decision = vote.Approves ? ApprovalSpec.Approve : ApprovalSpec.Reject,
        At = vote.CastAt,
        Until = vote.EndsAt(rules),
        Reason = string.IsNullOrEmpty(vote.Reason) ? null : SourceDecision.Cut(vote.Reason, CandidateApproval.MaxReason),
        SignedBy = rules.Keys is null ? null : vote.Signature?.Key,
    };
}
