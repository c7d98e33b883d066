using Sluice.Api.Gates;

namespace Sluice.Cli.Explaining;

/// <summary>What one gate has to do with one object.</summary>
/// <param name="Gate">The gate as messages write it: <c>namespace/name</c>; an entry that is no gate's name as it stands.</param>
/// <param name="State">One of the states of <see cref="GateCondition"/>.</param>
/// <param name="Reason">Why, as one word.</param>
/// <param name="Message">Why, in a sentence.</param>
/// <param name="Since">Since when it is in that state.</param>
/// <param name="Next">Its next change of state, where one is known.</param>
/// <param name="IsNamed">Whether the object names the gate itself; else a binding does.</param>
internal sealed record GateFinding(string Gate, string State, string Reason, string Message, DateTimeOffset? Since, NextTransition? Next, bool IsNamed)
{
    /// <summary>Whether the gate lets the object pass.</summary>
    public bool IsOpened => State == GateCondition.Opened;

    /// <summary>When the gate opens by itself, where that is known.</summary>
    public DateTimeOffset? OpensAt => !IsOpened && Next is { To: GateStateNames.Opened } next ? next.At : null;
}
