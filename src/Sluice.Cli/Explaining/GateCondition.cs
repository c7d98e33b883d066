using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Cli.Output;
using Sluice.Gating.Gates;

namespace Sluice.Cli.Explaining;

/// <summary>A gate's state as its status tells it, in a word for people.</summary>
/// <param name="State"><c>Opened</c>, <c>Closing</c>, <c>Closed</c>, <c>Stalled</c> or <c>Unknown</c>.</param>
/// <param name="Reason">The reason of the condition that says so.</param>
/// <param name="Message">Its message.</param>
/// <param name="Since">Since when.</param>
internal sealed record GateCondition(string State, string Reason, string Message, DateTimeOffset? Since)
{
    public const string Opened = nameof(Opened);
    public const string Closing = nameof(Closing);
    public const string Closed = nameof(Closed);
    public const string Stalled = nameof(Stalled);
    public const string Missing = nameof(Missing);
    public const string Denied = nameof(Denied);
    public const string Unreadable = nameof(Unreadable);
    public const string Unknown = nameof(Unknown);

    /// <summary>How a terminal shows it.</summary>
    public Tone Tone => ToneOf(State);

    /// <summary>Reads it from the gate's conditions. A gate that is stalled for an unreadable request and stays opened is opened.</summary>
    public static GateCondition Of(Gate gate)
    {
        var opened = gate.Status?.FindCondition(ConditionTypes.Opened);
        var stalled = gate.Status?.FindCondition(ConditionTypes.Stalled) is { IsTrue: true } found ? found : null;
        var state = opened switch
        {
            { IsTrue: true, Reason: GateReasons.ClosingSoon } => Closing,
            { IsTrue: true } => Opened,
            _ when stalled is not null => Stalled,
            { Status: "False" } => Closed,
            _ => Unknown,
        };
        return state == Unknown
            ? new GateCondition(Unknown, "", "sluice-controller has not looked at it yet", null)
            : new GateCondition(state, (stalled ?? opened)!.Reason, (stalled ?? opened)!.Message, (opened ?? stalled)!.LastTransitionTime);
    }

    /// <summary>Whether the gate is opened for one revision alone, which is closed to objects without candidates.</summary>
    public bool IsForOneRevision => Reason == GateReasons.OpenedForRevision;

    /// <summary>How a terminal shows a state.</summary>
    public static Tone ToneOf(string state) => state switch
    {
        Opened => Tone.Good,
        Closing or Closed or Unknown => Tone.Waiting,
        _ => Tone.Bad,
    };
}
