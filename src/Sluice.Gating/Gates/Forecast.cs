using Sluice.Gating.Requests;

namespace Sluice.Gating.Gates;

/// <summary>What the rules announce for the time to come, if nobody asks for anything else.</summary>
public static class Forecast
{
    /// <summary>
    /// The changes of state after an instant, in order; endless where a window comes again and again. What is announced here is what
    /// happens: it is <see cref="GateDecision.Decide(GateRules, Requests.GateRequest?, Candidate?, DateTimeOffset)"/> itself that is asked, again and again.
    /// </summary>
    /// <param name="rules">The gate's rules.</param>
    /// <param name="request">The latched manual request, if there ever was one.</param>
    /// <param name="from">The instant after which to look.</param>
    public static IEnumerable<Transition> From(GateRules rules, GateRequest? request, DateTimeOffset from)
    {
        var decision = GateDecision.Decide(rules, request, null, from);
        while (decision.Next is { } next)
        {
            yield return next;
            decision = GateDecision.Decide(rules, request, null, next.At);
        }
    }
}
