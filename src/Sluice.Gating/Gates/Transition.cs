namespace Sluice.Gating.Gates;

/// <summary>A change of state that the rules announce: at that instant the gate changes, and not before.</summary>
/// <param name="At">The instant of the change, in UTC.</param>
/// <param name="To">The state from that instant on.</param>
/// <param name="Reason">Why, as one CamelCase word.</param>
public sealed record Transition(DateTimeOffset At, GateState To, string Reason);
