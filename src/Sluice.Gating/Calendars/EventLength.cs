using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>
/// How long an event lasts: days on the clock, whatever the number of their hours, and then a time as it elapses
/// (RFC 5545, section 3.3.6: the days of a <c>DURATION</c> are nominal, its hours are exact).
/// </summary>
/// <param name="Days">Days on the clock; 0 or more.</param>
/// <param name="Exact">What elapses after them; zero or more.</param>
internal readonly record struct EventLength(int Days, Duration Exact)
{
    /// <summary>Whether it is no time at all.</summary>
    public bool IsZero => Days == 0 && Exact == Duration.Zero;

    /// <summary>When an event of this length is over that begins at <paramref name="start"/>; at most <see cref="Instant.MaxValue"/>.</summary>
    public Instant EndOf(CalendarTime start)
    {
        var end = Days == 0 ? start.Start : start.PlusDays(Days).End;
        return Instant.MaxValue - end > Exact ? end + Exact : Instant.MaxValue;
    }
}
