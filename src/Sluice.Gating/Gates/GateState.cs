namespace Sluice.Gating.Gates;

/// <summary>What a gate is now. There is no third state: what is not known to be opened is closed.</summary>
public enum GateState
{
    /// <summary>Nothing passes. The zero value, so that a state nobody set holds.</summary>
    Closed,

    /// <summary>What names the gate may pass.</summary>
    Opened,
}
