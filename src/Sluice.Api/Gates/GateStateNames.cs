using Sluice.Gating.Gates;

namespace Sluice.Api.Gates;

/// <summary>How the API spells the two states of a gate.</summary>
public static class GateStateNames
{
    /// <summary><see cref="GateState.Opened"/>.</summary>
    public const string Opened = "opened";

    /// <summary><see cref="GateState.Closed"/>.</summary>
    public const string Closed = "closed";

    /// <summary>The state that <paramref name="name"/> spells; everything but <c>opened</c> is closed.</summary>
    public static GateState Parse(string? name) => name == Opened ? GateState.Opened : GateState.Closed;

    /// <summary>How the API spells <paramref name="state"/>.</summary>
    public static string Of(GateState state) => state == GateState.Opened ? Opened : Closed;
}
