namespace Sluice.Cli.Scheduling;

/// <summary>How much of a stretch of time a gate is opened.</summary>
internal enum Fill
{
    /// <summary>The time does not exist, or lies before what is shown.</summary>
    None,

    /// <summary>Not at all.</summary>
    Closed,

    /// <summary>For a part of it.</summary>
    Partly,

    /// <summary>All the time.</summary>
    Opened,
}
