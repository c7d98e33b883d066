namespace Sluice.Gating.Windows;

/// <summary>What a window does to its gate while it is active.</summary>
public enum WindowAction
{
    /// <summary>It opens the gate, unless something stronger closes it.</summary>
    Open,

    /// <summary>It closes the gate: deny wins over every open window and over a plain request to open.</summary>
    Close,
}
