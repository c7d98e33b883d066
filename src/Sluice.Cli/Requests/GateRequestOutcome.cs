using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Cli.Output;
using Sluice.Cli.Scheduling;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Requests;

/// <summary>Reads from a gate's status what came of one request.</summary>
/// <param name="target">What was asked for.</param>
/// <param name="stamp">The stamp of the request.</param>
/// <param name="now">The present time.</param>
internal sealed class GateRequestOutcome(GateState target, string stamp, DateTimeOffset now)
{
    /// <summary>Whether it was asked for as an emergency override.</summary>
    public bool IsOverride { get; init; }

    /// <summary>What the gate's windows will do; null where there are none, or where that cannot be said.</summary>
    public GatePlan? Plan { get; init; }

    /// <summary>How the commands that it recommends begin.</summary>
    public string Program { get; init; } = "sluice";

    private string Wanted => GateStateNames.Of(target);

    /// <summary>What came of it; null while sluice-controller has not looked at it.</summary>
    public RequestVerdict? Read(Gate gate)
    {
        var name = $"Gate {gate.Metadata.Namespace}/{gate.Metadata.Name}";
        if (gate.Status is not { } status)
            return null;
        // While the spec cannot be understood no request is taken, so waiting for one to be taken is in vain.
        if (status.FindCondition(ConditionTypes.Stalled) is { IsTrue: true, Reason: GateReasons.InvalidSpec } stalled)
            return new RequestVerdict(false, $"{name} is stalled and stays closed: {stalled.Message}\nthe request is written and will be looked at when the gate is corrected");
        if ((target == GateState.Opened ? status.LastHandledOpenAt : status.LastHandledCloseAt) != stamp)
            return null;
        return IsFollowed(status) ? Followed(name, gate, status) : NotFollowed(name, status);
    }

    /// <summary>What to say when nobody has looked at it in time.</summary>
    public static string NobodyAnswers(Gate gate, TimeSpan waited, string program) =>
        $"the request is written to gate {gate.Metadata.Namespace}/{gate.Metadata.Name}, but nobody answered it within {GoDuration.Format(waited)}: is sluice-controller running?\n"
        + $"ask '{program} check'; the request counts from now and is taken as soon as a controller runs";

    private bool IsFollowed(GateStatus status) =>
        status.Request is { } request && request.Target == Wanted && Rfc3339.TryParse(stamp, out var asked) && request.Stamp == asked;

    private RequestVerdict Followed(string name, Gate gate, GateStatus status)
    {
        var request = status.Request!;
        var until = Until(gate, status);
        if (IsOverride && request.Override is null)
        {
            return new RequestVerdict(false, $"{name} has taken the request as a plain one: its override was not seen beside it, or had been used before\n"
                + "ask again, with another reason");
        }

        var condition = status.FindCondition(ConditionTypes.Opened);
        if (request.Revision is { } revision && (request.Override is not null || condition?.Reason != GateReasons.CloseWindow))
            return new RequestVerdict(true, $"{name} is opened for revision '{revision}' alone{until}.");
        if (condition?.IsTrue == (target == GateState.Opened))
        {
            var margin = condition is { IsTrue: true, Reason: GateReasons.ClosingSoon } ? "\nbut it closes within its margin: nothing new is released until then" : "";
            return new RequestVerdict(true, $"{name} is {Wanted}{(request.Override is null ? "" : " by an emergency override")}{until}.{margin}");
        }

        return target == GateState.Opened && condition?.Reason == GateReasons.CloseWindow
            ? new RequestVerdict(false, CloseWindowNotice.Of(gate, Plan, condition.Message, request.Revision, Program, now))
            : new RequestVerdict(false, $"{name} has taken the request, but is not {Wanted}: {condition?.Message ?? "its status does not say why"}");
    }

    /// <summary>How long that lasts, as a clause: what the controller announces, with the window that ends it where that is known.</summary>
    private string Until(Gate gate, GateStatus status)
    {
        if (status.Request is { Override: not null } && status.ResetToDefaultAt is { } end)
            return $" until {RelativeTime.Both(end, now)}";
        if (Plan?.After(now).FirstOrDefault() is { } next && GateStateNames.Of(next.To) != Wanted)
            return $" until {RelativeTime.Both(next.At, now)}{Because(Plan, next)}";
        if (Plan is null && status.NextTransition is { } announced && announced.To != Wanted)
            return $" until {RelativeTime.Both(announced.At, now)}";
        return GateStateNames.Parse(gate.Spec.Default) == target && Plan is null ? ", which is its default"
            : Plan is null && status.ResetToDefaultAt is { } reset ? $" until {RelativeTime.Both(reset, now)}"
            : $" until somebody {(target == GateState.Opened ? "closes" : "opens")} it";
    }

    // Where the request itself ends, what matters is the window that decides after it.
    private static string Because(GatePlan plan, Transition next)
    {
        if (next.Reason != GateReasons.RequestExpired)
            return $": {Cause.Of(plan, next)}";
        var open = plan.Active(next.At).Where(active => active.Window.Action == WindowAction.Open).Select(active => $"'{active.Window.Name}'").FirstOrDefault();
        return next.To == GateState.Opened && open is not null ? $": window {open} is active then" : "";
    }

    private RequestVerdict NotFollowed(string name, GateStatus status)
    {
        if (status is not { Request: { } request, RequestedAt: { } at })
            return new RequestVerdict(false, $"{name} has looked at the request, and follows none: {status.FindCondition(ConditionTypes.Opened)?.Message}");
        var verb = request.Target == GateStateNames.Opened ? "open" : "close";
        var by = status.RequestedBy is { } who ? $" by {who}" : "";
        return new RequestVerdict(false, $"the request changed nothing: g{name[1..]} follows a later one, the {verb} request of {Rfc3339.Format(at)}{by}\n"
            + $"this machine's clock says {Rfc3339.Format(now)}; if that is slow, correct it and ask again");
    }
}
