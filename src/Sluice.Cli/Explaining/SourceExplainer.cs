using System.Collections.Immutable;
using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Cli.Approving;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;
using Sluice.Gating.Time;

namespace Sluice.Cli.Explaining;

/// <summary>Says why the candidate of a gated source is not released, as sluice-controller has decided it.</summary>
/// <param name="program">How the commands that it recommends begin.</param>
/// <param name="now">The present time.</param>
internal sealed class SourceExplainer(string program, DateTimeOffset now)
{
    /// <summary>Explains one gated source.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="lookups">What came of looking for its gates.</param>
    public Explanation Explain(GatedSource source, IReadOnlyDictionary<GateReference, GateLookup> lookups)
    {
        var candidate = source.Status?.Candidate;
        return new Explanation
        {
            Subject = source.Subject(),
            State = candidate is null ? HoldState.NotHeld : HoldState.Held,
            Headline = candidate is null
                ? $"{source.Subject()} holds nothing back: {(source.Status?.Released is null ? NotReleased(source) : $"{source.Released(now)} is released, and nothing waits")}."
                : $"{source.Subject()}: candidate {candidate.Revision} waits since {RelativeTime.Both(candidate.Since, now)} for {new WaitText(now).Of(source, lookups)}.",
            Since = candidate?.Since,
            Gates = [.. (candidate?.Gates ?? []).Select(gate => Finding(gate, candidate!, lookups))],
            Notes = [.. Notes(source)],
            Next = candidate is null ? [] : [.. Steps(source, candidate, lookups)],
        };
    }

    private GateFinding Finding(CandidateGate gate, CandidateStatus candidate, IReadOnlyDictionary<GateReference, GateLookup> lookups)
    {
        var state = gate.Reason switch
        {
            nameof(VerdictKind.GateStalled) => GateCondition.Stalled,
            nameof(VerdictKind.GateNotFound) => GateCondition.Missing,
            nameof(VerdictKind.AccessDenied) => GateCondition.Denied,
            nameof(VerdictKind.GateClosing) => GateCondition.Closing,
            _ => gate.State == GateStateNames.Opened ? GateCondition.Opened : GateCondition.Closed,
        };
        var message = state == GateCondition.Opened ? gate.Message ?? "" : new WaitText(now).Of(gate, candidate, lookups);
        return new GateFinding($"{gate.Namespace}/{gate.Name}", state, gate.Reason, message, null, gate.NextTransition, IsNamed: true);
    }

    private IEnumerable<string> Notes(GatedSource source)
    {
        var status = source.Status;
        if (status?.Candidate is { } candidate)
        {
            yield return $"Meanwhile {(status.Released is null ? "nothing is deployed of it" : $"{source.Released(now)} stays deployed, and drift from it is corrected")}.";
            yield return $"The digest of the candidate is {candidate.Digest}.";
            if (SpecDifference.Of(source, candidate) is { } difference)
                yield return $"{difference}.";
            if (candidate.Rollback == true)
                yield return $"It is a rollback{(candidate.RequestedBy is { } by ? $", asked for by {by}" : "")}, which waits at the same gates.";
            var state = status.ToState();
            if (state.ReturnedAt is not null)
                yield return "It was released before, and its source went back to it: approvals later than that count.";
            else if (state.ApprovalFloor is { } floor && candidate.Gates?.Any(gate => gate.Required is not null) == true)
                yield return $"Of approvals those later than {Rfc3339.Format(floor.At)} count: {floor.Reason}.";
            if (candidate.Supersedes is { } superseded)
                yield return $"It supersedes {superseded}, whose approvals do not pass it.";
        }

        if (status?.SetAside is { } aside)
            yield return $"{aside.Revision} was set aside by a rollback, and does not come back by itself; the next revision does.";
        if (status?.FindCondition(ConditionTypes.Ready) is { Status: not "True" } ready)
            yield return $"It is not ready: {ready.Message}";
    }

    private IEnumerable<NextStep> Steps(GatedSource source, CandidateStatus candidate, IReadOnlyDictionary<GateReference, GateLookup> lookups)
    {
        var name = $"{source.Metadata.Name} -n {source.Metadata.Namespace}";
        var closed = (candidate.Gates ?? []).Where(gate => gate.State != GateStateNames.Opened).ToImmutableArray();
        // A revision alone does not say which spec of the source is meant, and others at the gate may have it, too.
        var exactly = ShellWord.Of(candidate.ToCandidate().ExactName);
        foreach (var gate in closed.Where(gate => gate.Reason is nameof(VerdictKind.GateClosed) or nameof(VerdictKind.OpenedForRevision)))
        {
            var isFrozen = lookups.GetValueOrDefault(new(gate.Namespace, gate.Name))?.Gate is { } found && GateCondition.Of(found).Reason == GateReasons.CloseWindow;
            yield return new NextStep($"{program} open {gate.Name} -n {gate.Namespace} --revision {exactly}{(isFrozen ? " --override" : "")} --reason TEXT",
                isFrozen ? "override its close window in an emergency, for this revision alone" : "open the gate for this revision alone");
        }

        if (closed.Any(gate => gate.Required is not null && gate.Reason != nameof(VerdictKind.Rejected)))
            yield return new NextStep($"{program} approve {name} --revision {exactly}{(closed.Any(gate => WantsSignatures(gate, lookups)) ? " --key FILE" : "")}", "approve it: this revision alone");
        if (!closed.Any(gate => gate.Reason == nameof(VerdictKind.Rejected)) && (candidate.Gates ?? []).Any(gate => gate.Required is not null))
            yield return new NextStep($"{program} reject {name} --reason TEXT", "reject it");
        foreach (var gate in closed.Where(gate => gate.Reason == nameof(VerdictKind.Rejected)))
            yield return new NextStep($"{program} revoke {name} --gate {gate.Namespace}/{gate.Name}", "take back a rejection of your own");
    }

    private static bool WantsSignatures(CandidateGate gate, IReadOnlyDictionary<GateReference, GateLookup> lookups) =>
        lookups.GetValueOrDefault(new(gate.Namespace, gate.Name))?.Gate is { } found && GateBallot.RulesOf(found)?.Keys is not null;

    private static string NotReleased(GatedSource source) =>
        source.Status?.FindCondition(ConditionTypes.Ready)?.Message is { Length: > 0 } message ? $"nothing is released yet, and nothing waits: {message.TrimEnd('.')}" : "sluice-controller has not looked at it yet";
}
