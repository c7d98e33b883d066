using System.Collections.Frozen;
using NodaTime;
using Sluice.Gating.Calendars;

namespace Sluice.Gating.Windows;

/// <summary>The times of a calendar's events.</summary>
/// <param name="calendar">The calendar.</param>
/// <param name="exceptDates">Local dates on which nothing starts, whatever the calendar says.</param>
/// <param name="zone">The zone of these dates.</param>
public sealed class CalendarTimes(EventCalendar calendar, IEnumerable<LocalDate> exceptDates, DateTimeZone zone) : WindowTimes
{
    /// <summary>How many events that meet one look goes through before it says how far it has come.</summary>
    private const int MaxSteps = 100;

    private static readonly Instant LastDay = Instant.FromUtc(9999, 12, 30, 0, 0);

    private readonly FrozenSet<LocalDate> _exceptDates = exceptDates.ToFrozenSet();

    private protected override Stretch Find(DateTimeOffset instant)
    {
        var now = Instant.FromDateTimeOffset(instant);
        Instant? end = null;
        foreach (var occurrence in calendar.OccurrencesFrom(now).Where(HasItsDay).Take(MaxSteps))
        {
            if (occurrence.Start > (end ?? now))
            {
                return end is null ? new(false, occurrence.Start.ToDateTimeOffset()) : new(true, end.Value.ToDateTimeOffset());
            }

            end = Instant.Max(end ?? occurrence.End, occurrence.End);
        }

        return new(end is not null, end?.ToDateTimeOffset());
    }

    // Near the end of time an instant has no local date in every zone, and none of those is left out.
    private bool HasItsDay(Occurrence occurrence) =>
        _exceptDates.Count == 0 || occurrence.Start > LastDay || !_exceptDates.Contains(occurrence.Start.InZone(zone).Date);
}
