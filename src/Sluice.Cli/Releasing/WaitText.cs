using Sluice.Api.Approvals;
using Sluice.Api.Gates;
using Sluice.Api.Sources;
using Sluice.Cli.Approving;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Gating.Requirements;

namespace Sluice.Cli.Releasing;

/// <summary>What a candidate waits for, in clauses.</summary>
/// <param name="now">The present time.</param>
internal sealed class WaitText(DateTimeOffset now)
{
    /// <summary>All of it: <c>apps/prod: 1 of 2 approvals (alice), from group sre; apps/nightly: closed, opened in 3h</c>.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="lookups">What came of looking for its gates, where that was done.</param>
    public string Of(GatedSource source, IReadOnlyDictionary<GateReference, GateLookup>? lookups = null)
    {
        if (source.Status?.Candidate?.Gates is not { Count: > 0 } gates)
            return "sluice-controller, which has not asked its gates yet";
        var closed = gates.Where(gate => gate.State != GateStateNames.Opened).ToList();
        if (closed.Count == 0 || source.Spec.Require == "oneOf" && closed.Count < gates.Count)
            return source.Status.FindCondition("Approved") is { Status: "False" } approved ? Printable.Line(approved.Message) : "its release";
        var clauses = closed.Select(gate => $"{gate.Namespace}/{gate.Name}: {Of(gate, source.Status.Candidate, lookups)}");
        return (source.Spec.Require == "oneOf" && gates.Count > 1 ? "one of " : "") + string.Join("; ", clauses);
    }

    /// <summary>What one gate waits for.</summary>
    public string Of(CandidateGate gate, CandidateStatus candidate, IReadOnlyDictionary<GateReference, GateLookup>? lookups)
    {
        var name = $"{gate.Namespace}/{gate.Name}";
        var rules = lookups?.GetValueOrDefault(new(gate.Namespace, gate.Name))?.Gate is { } found ? GateBallot.RulesOf(found) : null;
        return gate.Reason switch
        {
            nameof(VerdictKind.GateClosed) => $"closed{Next(gate)}{Approvals(gate, candidate, name)}",
            nameof(VerdictKind.ApprovalPending) => rules is null ? Clause(gate, name) : VoteText.With(rules, Clause(gate, name)),
            _ => Clause(gate, name),
        };
    }

    // A closed gate says nothing yet of the approvals that it wants as well.
    private static string Approvals(CandidateGate gate, CandidateStatus candidate, string name)
    {
        if (gate.Required is not { } required)
            return "";
        var given = (candidate.Approvals ?? []).Where(vote => vote.Gate == name).ToList();
        return given.Any(vote => vote.Decision == ApprovalSpec.Reject)
            ? $", rejected by {string.Join(", ", given.Where(vote => vote.Decision == ApprovalSpec.Reject).Select(vote => vote.Approver))}"
            : $", {given.Count} of {required} approvals{(given.Count == 0 ? "" : $" ({string.Join(", ", given.Select(vote => vote.Approver))})")}";
    }

    private string Next(CandidateGate gate) =>
        gate.NextTransition is { To: GateStateNames.Opened } next ? $", {Times.Next(next, now, wide: false)}" : "";

    // The message names the gate, as the clause does already.
    private static string Clause(CandidateGate gate, string name)
    {
        var message = gate.Message ?? gate.Reason;
        foreach (var lead in new[] { $"at gate '{name}' it is ", $"gate '{name}' has ", $"gate '{name}' " })
        {
            if (message.StartsWith(lead, StringComparison.Ordinal))
                return message[lead.Length..];
        }

        return message;
    }
}
