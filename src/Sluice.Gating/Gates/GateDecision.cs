using Sluice.Gating.Requests;
using Sluice.Gating.Time;

namespace Sluice.Gating.Gates;

/// <summary>What a gate is, why, and when that changes next.</summary>
/// <param name="State">Opened or closed.</param>
/// <param name="Reason">The reason of the <c>Opened</c> condition.</param>
/// <param name="Message">Its message, in the words of Flux's own proposal where that has words for it.</param>
/// <param name="Cause">Why the state is this one, as one CamelCase word: what a recorded transition to it carries.</param>
/// <param name="Next">The next change of state, or <see langword="null"/> when none is known.</param>
public sealed record GateDecision(GateState State, string Reason, string Message, string Cause, Transition? Next)
{
    // Longer than any that Flux writes, and no longer than a message may be.
    private const int MaxRevisionLength = 1024;

    /// <summary>
    /// Decides what a gate is at one instant. A pure function: the same arguments give the same decision whenever and however often it is made,
    /// so that restarting, replaying or running late changes nothing.
    /// </summary>
    /// <remarks>From strongest to weakest: rules that cannot be understood (closed), a manual request in force, the default.</remarks>
    /// <param name="rules">The gate's rules.</param>
    /// <param name="request">The latched manual request, if there ever was one.</param>
    /// <param name="candidate">The revision that asks to pass, or <see langword="null"/> for the gate itself and for objects that have no candidates.</param>
    /// <param name="now">The instant to decide for.</param>
    public static GateDecision Decide(GateRules rules, GateRequest? request, Candidate? candidate, DateTimeOffset now)
    {
        if (rules.Fault is { } fault)
        {
            return new(GateState.Closed, GateReasons.InvalidSpec, fault, GateReasons.InvalidSpec, null);
        }

        if (request is not null && request.IsInForce(now))
        {
            return request.Admits(candidate) ? ByRequest(rules, request) : ForAnotherRevision(rules, request);
        }

        return ByDefault(rules, request);
    }

    private static GateDecision ByRequest(GateRules rules, GateRequest request)
    {
        var next = request.ResetAt is { } end && rules.Default != request.Target
            ? new Transition(end, rules.Default, GateReasons.RequestExpired)
            : null;
        var message = next is null ? Requested(request.Target) : $"Gate scheduled for {(next.To == GateState.Closed ? "closing" : "opening")} at {Rfc3339.Format(next.At)}";
        return new(request.Target, GateReasons.ReconciliationSucceeded, message, GateReasons.Requested, next);
    }

    /// <summary>Opened for one revision alone means closed for all others, on a gate that is opened by default too.</summary>
    private static GateDecision ForAnotherRevision(GateRules rules, GateRequest request)
    {
        var closedByDefault = rules.Default == GateState.Closed;
        var end = request.ResetAt is { } at ? $" until {Rfc3339.Format(at)}" : "";
        var revision = request.Revision is { Length: > MaxRevisionLength } tooLong ? tooLong[..MaxRevisionLength] + "…" : request.Revision;
        var message = $"Gate closed{(closedByDefault ? " by default" : "")}, opened for revision '{revision}' alone{end}";
        var next = request.ResetAt is { } reset && !closedByDefault ? new Transition(reset, rules.Default, GateReasons.RequestExpired) : null;
        return new(GateState.Closed, GateReasons.OpenedForRevision, message, closedByDefault ? GateReasons.Default : GateReasons.Requested, next);
    }

    private static GateDecision ByDefault(GateRules rules, GateRequest? request)
    {
        var confirmed = request is not null && request.ResetsAtOnce && request.Target == rules.Default;
        return new(
            rules.Default,
            GateReasons.ReconciliationSucceeded,
            confirmed ? Requested(rules.Default) : $"Gate {Name(rules.Default)} by default",
            confirmed ? GateReasons.Requested : request?.ResetAt is null ? GateReasons.Default : GateReasons.RequestExpired,
            null);
    }

    private static string Requested(GateState target) => $"Gate {(target == GateState.Opened ? "open" : "close")} requested";

    private static string Name(GateState state) => state == GateState.Opened ? "opened" : "closed";
}
