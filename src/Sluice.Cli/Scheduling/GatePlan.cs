using NodaTime;
using Sluice.Api.Gates;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Scheduling;

/// <summary>What one gate is, and will be: its rules and its latched request, asked by the same code that the controller decides by.</summary>
internal sealed class GatePlan
{
    /// <summary>Of a window that overlaps itself for years on end, how many times its end is asked for again.</summary>
    private const int MaxSteps = 1000;

    private GatePlan(Gate gate, GateRules rules, DateTimeZone zone) => (Gate, Rules, Zone) = (gate, rules, zone);

    /// <summary>The gate.</summary>
    public Gate Gate { get; }

    /// <summary>Its rules.</summary>
    public GateRules Rules { get; }

    /// <summary>Its own zone: <c>spec.timeZone</c>, else UTC.</summary>
    public DateTimeZone Zone { get; }

    /// <summary>The gate as messages name it: <c>namespace/name</c>, or the name alone where a file leaves the namespace open.</summary>
    public string Name => string.IsNullOrEmpty(Gate.Metadata.Namespace) ? Gate.Metadata.Name : $"{Gate.Metadata.Namespace}/{Gate.Metadata.Name}";

    private GateRequest? Request => field ??= Gate.Status.ReadLatched().Current;

    /// <summary>Makes the plan of a gate. One that cannot be understood has one, too: see <see cref="GateRules.Fault"/>.</summary>
    public static GatePlan Of(Gate gate, ICalendars calendars) =>
        new(gate, gate.Spec.ToRules(calendars), gate.Spec.TimeZone is { } id && TimeZones.TryFind(id, out var zone) ? zone : DateTimeZone.Utc);

    /// <summary>What the gate is at an instant. Its <see cref="GateDecision.Next"/> does not know of a request that was made later: see <see cref="After"/>.</summary>
    public GateDecision At(DateTimeOffset instant) => GateDecision.Decide(Rules, RequestAt(instant), null, instant);

    /// <summary>
    /// The changes of state after an instant, in order; endless where windows come again and again. Before the request was made it did not
    /// count, so that its beginning is one of them.
    /// </summary>
    public IEnumerable<Transition> After(DateTimeOffset instant)
    {
        if (Request is not { } request || instant >= request.RequestedAt)
            return Forecast.From(Rules, Request, instant);
        return Before(request, instant).Concat(Forecast.From(Rules, request, request.RequestedAt));
    }

    /// <summary>
    /// The opened stretches of a span, in order: cut off at its beginning, whole at its end. The last of a gate that never closes again
    /// has no end.
    /// </summary>
    public IEnumerable<OpenedStretch> Opened(DateTimeOffset from, DateTimeOffset to)
    {
        DateTimeOffset? since = At(from).State == GateState.Opened ? from : null;
        foreach (var transition in After(from))
        {
            if (transition.To == GateState.Opened)
            {
                since ??= transition.At;
            }
            else if (since is { } start && start < to)
            {
                yield return new OpenedStretch(start, transition);
                since = null;
            }

            if (transition.At >= to && !(since < to))
                yield break;
        }

        if (since is { } last && last < to)
            yield return new OpenedStretch(last, null);
    }

    /// <summary>The windows that are active at an instant, each with the instant at which it ends.</summary>
    public IEnumerable<(Window Window, DateTimeOffset? Until)> Active(DateTimeOffset instant) =>
        Rules.Schedule.Windows.Where(window => window.Times.At(instant).IsActive).Select(window => (window, EndOf(window, instant)));

    /// <summary>The windows whose beginning or end makes a transition; none where a request does.</summary>
    public IReadOnlyList<Window> Behind(Transition transition)
    {
        var (before, at) = (transition.At.AddTicks(-1), transition.At);
        return transition.Reason switch
        {
            GateReasons.OpenWindowStarted => Changing(WindowAction.Open, before, at),
            GateReasons.OpenWindowEnded => Changing(WindowAction.Open, at, before),
            GateReasons.CloseWindowStarted => Changing(WindowAction.Close, before, at),
            GateReasons.CloseWindowEnded => Changing(WindowAction.Close, at, before),
            _ => [],
        };
    }

    private IReadOnlyList<Window> Changing(WindowAction action, DateTimeOffset idle, DateTimeOffset active) =>
        [.. Rules.Schedule.Windows.Where(window => window.Action == action && window.Times.At(active).IsActive && !window.Times.At(idle).IsActive)];

    private static DateTimeOffset? EndOf(Window window, DateTimeOffset instant)
    {
        var stretch = window.Times.At(instant);
        for (var step = 0; step < MaxSteps && stretch is { IsActive: true, Until: { } until }; step++)
        {
            stretch = window.Times.At(until);
            if (!stretch.IsActive)
                return until;
        }

        return null;
    }

    private GateRequest? RequestAt(DateTimeOffset instant) => Request is { } request && request.RequestedAt <= instant ? request : null;

    private IEnumerable<Transition> Before(GateRequest request, DateTimeOffset instant)
    {
        var state = At(instant).State;
        foreach (var transition in Forecast.From(Rules, null, instant).TakeWhile(transition => transition.At < request.RequestedAt))
        {
            state = transition.To;
            yield return transition;
        }

        if (At(request.RequestedAt) is var decision && decision.State != state)
            yield return new Transition(request.RequestedAt, decision.State, GateReasons.Requested);
    }
}
