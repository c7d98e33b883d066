namespace Sluice.Gating.Calendars;

/// <summary>What a rule repeats by (<c>FREQ</c>), from the shortest to the longest.</summary>
internal enum Frequency
{
    /// <summary>By the second.</summary>
    Secondly,

    /// <summary>By the minute.</summary>
    Minutely,

    /// <summary>By the hour.</summary>
    Hourly,

    /// <summary>By the day.</summary>
    Daily,

    /// <summary>By the week, which begins with <c>WKST</c>.</summary>
    Weekly,

    /// <summary>By the month.</summary>
    Monthly,

    /// <summary>By the year.</summary>
    Yearly,
}
