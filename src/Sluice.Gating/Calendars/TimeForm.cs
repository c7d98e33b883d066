namespace Sluice.Gating.Calendars;

/// <summary>How a time is written (RFC 5545, sections 3.3.4 and 3.3.5).</summary>
internal enum TimeForm
{
    /// <summary>A date alone: the day as a whole.</summary>
    Date,

    /// <summary>A date and a time without a zone: whichever zone the reader is in.</summary>
    Floating,

    /// <summary>A date and a time in a named zone.</summary>
    Zoned,

    /// <summary>A date and a time in UTC.</summary>
    Utc,
}
