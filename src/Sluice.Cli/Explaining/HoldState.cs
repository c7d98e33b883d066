namespace Sluice.Cli.Explaining;

/// <summary>How an object stands towards its gates.</summary>
internal enum HoldState
{
    /// <summary>It names no gates, and none holds it.</summary>
    NotGated,

    /// <summary>Its gates let it pass, and Sluice does not hold it.</summary>
    NotHeld,

    /// <summary>Its gates do not let it pass, but Sluice has not held it yet.</summary>
    NotHeldYet,

    /// <summary>Sluice holds it.</summary>
    Held,

    /// <summary>Sluice holds it, although its gates let it pass by now.</summary>
    HeldStill,

    /// <summary>Sluice lets it reconcile once.</summary>
    ReleasedOnce,
}
