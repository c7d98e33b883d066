using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Cli.Output;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Cli.Requests;

/// <summary>Reads from a gate's status what came of one request.</summary>
/// <param name="target">What was asked for.</param>
/// <param name="stamp">The stamp of the request.</param>
/// <param name="now">The present time.</param>
internal sealed class GateRequestOutcome(GateState target, string stamp, DateTimeOffset now)
{
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
        var isDefault = GateStateNames.Parse(gate.Spec.Default) == target;
        var until = isDefault ? ", which is its default"
            : status.ResetToDefaultAt is { } end ? $" until {RelativeTime.Both(end, now)}"
            : $" until somebody {(target == GateState.Opened ? "closes" : "opens")} it";
        if (status.Request!.Revision is { } revision)
            return new RequestVerdict(true, $"{name} is opened for revision '{revision}' alone{until}.");
        var condition = status.FindCondition(ConditionTypes.Opened);
        return condition?.IsTrue == (target == GateState.Opened)
            ? new RequestVerdict(true, $"{name} is {Wanted}{until}.")
            : new RequestVerdict(false, $"{name} has taken the request, but is not {Wanted}: {condition?.Message ?? "its status does not say why"}");
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
