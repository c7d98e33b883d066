namespace Sluice.Gating.Gates;

/// <summary>What can decide the state of a gate whose rules are understood, from the weakest to the strongest.</summary>
internal enum DecidingLayer
{
    /// <summary>Nothing else does.</summary>
    Default,

    /// <summary>An open window is active.</summary>
    OpenWindow,

    /// <summary>A person's request is in force.</summary>
    Request,

    /// <summary>A close window is active.</summary>
    CloseWindow,

    /// <summary>A person's emergency override is in force.</summary>
    Override,
}
