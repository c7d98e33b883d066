using System.Collections.Immutable;
using Sluice.Gating.Checks;
using Sluice.Gating.Requests;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

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
    private const int MaxTextLength = 1024;

    // Windows that cancel each other out every day are followed for some years; what is not found by then is found when it is nearer.
    private const int MaxBoundaries = 2000;

    private static readonly TimeSpan Outlook = TimeSpan.FromDays(20 * 365);

    /// <summary>The instant at which the gate says something else, though its state may stay the same; <see langword="null"/>: never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The check that keeps an otherwise opened gate closed, as a clause: <c>check 'error-rate'</c>; <see langword="null"/>: none does.</summary>
    public string? KeptClosedBy { get; init; }

    /// <summary>Whether something new may be released: the gate is opened, and does not close within its margin.</summary>
    public bool AdmitsReleases => State == GateState.Opened && Reason != GateReasons.ClosingSoon;

    /// <summary>
    /// Decides what a gate is at one instant. A pure function: the same arguments give the same decision whenever and however often it is made,
    /// so that restarting, replaying or running late changes nothing.
    /// </summary>
    /// <remarks>
    /// From strongest to weakest: rules that cannot be understood (closed), an emergency override, an active close window, a manual request in
    /// force, an active open window, the default.
    /// </remarks>
    /// <param name="rules">The gate's rules.</param>
    /// <param name="request">The latched manual request, if there ever was one.</param>
    /// <param name="candidate">The revision that asks to pass, or <see langword="null"/> for the gate itself and for objects that have no candidates.</param>
    /// <param name="now">The instant to decide for.</param>
    public static GateDecision Decide(GateRules rules, GateRequest? request, Candidate? candidate, DateTimeOffset now)
    {
        if (rules.Last.Find(rules, request, candidate, now) is { } again)
        {
            return again;
        }

        var decision = rules.Fault is { } fault ? Faulty(fault) : MakeOrClose(rules, request, candidate, now);
        rules.Last.Keep(rules, request, candidate, now, decision);
        return decision;
    }

    /// <summary>Decides as <see cref="Decide(GateRules, GateRequest?, Candidate?, DateTimeOffset)"/> does, and then asks the checks about the gate, each of which can only close it.</summary>
    /// <param name="rules">The gate's rules.</param>
    /// <param name="request">The latched manual request, if there ever was one.</param>
    /// <param name="answers">What has been answered.</param>
    /// <param name="candidate">The revision that asks to pass.</param>
    /// <param name="now">The instant to decide for.</param>
    public static GateDecision Decide(GateRules rules, GateRequest? request, ImmutableArray<CheckAnswer> answers, Candidate? candidate, DateTimeOffset now)
    {
        var decision = Decide(rules, request, candidate, now);
        // Most gates have no checks, and are asked for each of their objects.
        return decision.State == GateState.Closed || rules.Checks.IsEmpty ? decision : WithChecks(decision, rules, answers, now);
    }

    /// <summary>
    /// Whether a request asks for nothing: the gate is in that state anyway, by its windows and its default, and goes on by them. That is so of a
    /// request back to the default; and of one to open in an open window on a gate without <see cref="GateRules.Window"/>, which nothing else
    /// would give back to its windows. With a window such a request lasts, beyond the end of the open window if need be.
    /// </summary>
    internal static bool AsksForNothing(GateRules rules, GateState state, DateTimeOffset from) =>
        Standing.At(rules, null, null, from).State == state && (state == rules.Default || state == GateState.Opened && rules.Window is null);

    private static GateDecision Faulty(string fault) => new(GateState.Closed, GateReasons.InvalidSpec, fault, GateReasons.InvalidSpec, null);

    // The arithmetic of times has ends, and zones and calendars are full of surprises: what nobody foresaw must close the gate, not leave it as it is.
    private static GateDecision MakeOrClose(GateRules rules, GateRequest? request, Candidate? candidate, DateTimeOffset now)
    {
        try
        {
            return Make(rules, request, candidate, now);
        }
        catch (Exception e) when (e is ArithmeticException or ArgumentException or InvalidOperationException)
        {
            return Faulty($"spec.windows: cannot be evaluated at {Rfc3339.Format(now)}, which is a fault of Sluice: {e.Message}");
        }
    }

    private static GateDecision Make(GateRules rules, GateRequest? request, Candidate? candidate, DateTimeOffset now)
    {
        var standing = Standing.At(rules, request, candidate, now);
        var next = FindNext(rules, request, candidate, now, standing);
        var decision = standing.Layer switch
        {
            DecidingLayer.Override or DecidingLayer.Request when !request!.Admits(candidate) => ForAnotherRevision(rules, request, next),
            DecidingLayer.Override => ByOverride(request!, next),
            DecidingLayer.CloseWindow => ByWindow(standing, GateReasons.CloseWindow, next),
            DecidingLayer.Request => ByRequest(request!, next),
            DecidingLayer.OpenWindow => ByWindow(standing, GateReasons.OpenWindow, next),
            _ => ByDefault(rules, request, now, next),
        };
        return WithMargin(decision with { Until = standing.SaidUntil }, rules, now);
    }

    private static Transition? FindNext(GateRules rules, GateRequest? request, Candidate? candidate, DateTimeOffset now, Standing standing)
    {
        var last = standing;
        for (var boundary = 0; boundary < MaxBoundaries && last.Until is { } until; boundary++)
        {
            var then = Standing.At(rules, request, candidate, until);
            if (then.State != standing.State)
            {
                // Who had the say last may be another than at the last boundary: what cannot change the state is passed over.
                return new(until, then.State, Why(Standing.At(rules, request, candidate, until.AddTicks(-1)).Layer, then.Layer));
            }

            if (until - now > Outlook)
            {
                return null;
            }

            last = then;
        }

        return null;
    }

    /// <summary>What changes the state: that a stronger one begins to have the say, or that the one who had it ends.</summary>
    private static string Why(DecidingLayer before, DecidingLayer after) => (after > before, after > before ? after : before) switch
    {
        (true, DecidingLayer.OpenWindow) => GateReasons.OpenWindowStarted,
        (true, _) => GateReasons.CloseWindowStarted,
        (_, DecidingLayer.OpenWindow) => GateReasons.OpenWindowEnded,
        (_, DecidingLayer.CloseWindow) => GateReasons.CloseWindowEnded,
        (_, DecidingLayer.Override) => GateReasons.OverrideExpired,
        _ => GateReasons.RequestExpired,
    };

    private static GateDecision ByOverride(GateRequest request, Transition? next) => new(
        request.Target, GateReasons.Overridden, $"Gate opened by an emergency override until {Rfc3339.Format(request.ResetAt!.Value)}: {Shorten(request.Override!)}",
        GateReasons.Overridden, next);

    private static GateDecision ByWindow(Standing standing, string reason, Transition? next) => new(
        standing.State, reason, $"Gate {Name(standing.State)} by window '{standing.Window!.Name}'{(next is null ? "" : $", {Scheduled(next)}")}", reason, next);

    private static GateDecision ByRequest(GateRequest request, Transition? next) => new(
        request.Target, GateReasons.ReconciliationSucceeded, next is null ? Requested(request.Target) : $"Gate {Scheduled(next)}", GateReasons.Requested, next);

    private static GateDecision ForAnotherRevision(GateRules rules, GateRequest request, Transition? next)
    {
        var closedByDefault = rules.Default == GateState.Closed;
        var end = request.ResetAt is { } at ? $" until {Rfc3339.Format(at)}" : "";
        var message = $"Gate closed{(closedByDefault ? " by default" : "")}, opened for revision '{Shorten(request.Revision!)}' alone{end}";
        return new(GateState.Closed, GateReasons.OpenedForRevision, message, closedByDefault ? GateReasons.Default : GateReasons.Requested, next);
    }

    private static GateDecision ByDefault(GateRules rules, GateRequest? request, DateTimeOffset now, Transition? next)
    {
        // A request is what the gate speaks of until a window has come and gone.
        var ended = request?.ResetAt is { } end && Standing.At(rules, null, null, end).SaidUntil is var said && (said is null || now < said);
        var confirmed = ended && request!.ResetsAtOnce && request.Target == rules.Default;
        return new(
            rules.Default,
            GateReasons.ReconciliationSucceeded,
            confirmed ? Requested(rules.Default) : $"Gate {Name(rules.Default)} by default",
            confirmed ? GateReasons.Requested : ended ? GateReasons.RequestExpired : GateReasons.Default,
            next);
    }

    private static GateDecision WithMargin(GateDecision decision, GateRules rules, DateTimeOffset now)
    {
        if (decision.State == GateState.Closed || rules.Margin is not { } margin
            || decision.Next is not { Reason: GateReasons.OpenWindowEnded or GateReasons.CloseWindowStarted } closing)
        {
            return decision;
        }

        if (closing.At - now > margin)
        {
            return decision with { Until = Schedule.Earlier(decision.Until, closing.At - margin) };
        }

        return decision with
        {
            Reason = GateReasons.ClosingSoon,
            Message = $"{decision.Message}: nothing new is released in the last {GoDuration.Format(margin)} before the closing at {Rfc3339.Format(closing.At)}",
        };
    }

    private static GateDecision WithChecks(GateDecision decision, GateRules rules, ImmutableArray<CheckAnswer> answers, DateTimeOffset now)
    {
        var asked = rules.Checks.OfType<AskedCheck>().Where(check => !check.IsAboutCandidate)
            .Select(check => (Check: check, Answer: CheckAnswer.Find(answers, check, null, now))).ToList();
        var until = asked.Select(check => check.Answer?.Until).Append(decision.Until).Min();
        if (asked.FirstOrDefault(check => check.Answer is { Passes: false }) is { Check: { } failed, Answer: { } answer })
        {
            return KeptClosed(failed, GateReasons.CheckFailed, answer.Message);
        }

        return asked.FirstOrDefault(check => check.Answer is null).Check is { } pending
            ? KeptClosed(pending, GateReasons.CheckPending, "it has not been answered yet")
            : decision with { Until = until };

        GateDecision KeptClosed(AskedCheck check, string reason, string why) =>
            new(GateState.Closed, reason, $"Gate kept closed by check '{check.Name}': {Shorten(why)}", reason, null) { Until = until, KeptClosedBy = $"check '{check.Name}'" };
    }

    private static string Scheduled(Transition next) => $"scheduled for {(next.To == GateState.Closed ? "closing" : "opening")} at {Rfc3339.Format(next.At)}";

    private static string Requested(GateState target) => $"Gate {(target == GateState.Opened ? "open" : "close")} requested";

    private static string Name(GateState state) => state == GateState.Opened ? "opened" : "closed";

    private static string Shorten(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength] + "…";
}
