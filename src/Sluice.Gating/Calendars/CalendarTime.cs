using NodaTime;
using NodaTime.TimeZones;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Calendars;

/// <summary>A date, or a date and a time, as a calendar gives it.</summary>
/// <param name="Local">The time on the clock; midnight for a date.</param>
/// <param name="Form">How it was written.</param>
/// <param name="Zone">The zone of the clock.</param>
internal readonly record struct CalendarTime(LocalDateTime Local, TimeForm Form, DateTimeZone Zone)
{
    private static readonly LocalDate LastDay = new(9999, 12, 31);

    /// <summary>Whether it is a date alone.</summary>
    public bool IsDate => Form == TimeForm.Date;

    /// <summary>
    /// The instant at which something begins: a time that the clock skips is the first after the gap, a time that the clock shows twice is the
    /// earlier one, and a day begins with its first instant. 31 December 9999 stands for the end of time.
    /// </summary>
    /// <remarks>
    /// RFC 5545, section 3.3.5, would read a skipped time with the offset before the gap (02:30 as 03:30). Sluice has one rule for whatever
    /// starts, cron windows as well: the first valid instant.
    /// </remarks>
    public Instant Start => Resolve(TimeZones.FirstValid);

    /// <summary>
    /// The instant at which something is over: as <see cref="Start"/>, but a time that the clock skips is read with the offset before the gap,
    /// as RFC 5545, section 3.3.5, says. So a skipped time never makes a stretch shorter than it is written.
    /// </summary>
    public Instant End => Resolve(IsDate ? TimeZones.FirstValid : Resolvers.LenientResolver);

    /// <summary>The same time of day, some days later; at most 31 December 9999.</summary>
    public CalendarTime PlusDays(int days) =>
        this with { Local = Period.DaysBetween(Local.Date, LastDay) <= days ? LastDay.AtMidnight() : Local.PlusDays(days) };

    // Not DateTimeZone.AtStartOfDay: it throws for a day that a zone has skipped.
    private Instant Resolve(ZoneLocalMappingResolver resolver) => Local.Date >= LastDay ? Instant.MaxValue : Local.InZone(Zone, resolver).ToInstant();
}
