using System.Collections.Frozen;
using NodaTime;

namespace Sluice.Gating.Windows;

/// <summary>
/// Stretches of one length that start by a cron expression in a time zone. The start is a local time there: one that does not exist moves to the
/// first instant that does, one that happens twice counts the first time. The length is elapsed time from the start.
/// </summary>
public sealed class RecurringTimes : WindowTimes
{
    /// <summary>How many starts one look goes through before it says how far it has come.</summary>
    private const int MaxSteps = 1000;

    /// <summary>How many starts are looked at to find two that are too near to each other: more than a day of minutes, or a year of days, has ways to differ.</summary>
    private const int OverlapSteps = 400;

    /// <summary>After how many starts it pays to ask whether they ever leave a pause.</summary>
    private const int ManySteps = 60;

    // Within 28 years every kind of year follows every other that it can follow, with one more for the last to be followed, and each year has a
    // start unless it is on 29 February alone.
    private const int YearsOfAllCalendars = 29;

    /// <summary>How long a run is followed before it says how far it has come: one that never ends must not be followed to the end of time.</summary>
    private static readonly Duration LongestRun = Duration.FromDays(30 * 365);

    private static readonly Duration LongestOfPauses = Duration.FromDays(366);

    private static readonly LocalDateTime Reference = new(2000, 1, 1, 0, 0);

    // A local time must be a DateTime for Cronos, whatever the zone.
    private static readonly Instant First = Instant.FromUtc(2, 1, 1, 0, 0);
    private static readonly Instant Last = Instant.FromUtc(9998, 1, 1, 0, 0);

    private readonly CronSchedule _starts;
    private readonly Duration _duration;
    private readonly DateTimeZone _zone;
    private readonly FrozenSet<LocalDate> _exceptDates;
    private readonly Lazy<bool> _leavesNoPause;

    /// <summary>Makes the times.</summary>
    /// <param name="starts">When a stretch starts, in local time.</param>
    /// <param name="duration">How long it lasts; greater than zero.</param>
    /// <param name="zone">The zone of the local times.</param>
    /// <param name="exceptDates">Local dates on which nothing starts. What started the day before goes on.</param>
    public RecurringTimes(CronSchedule starts, TimeSpan duration, DateTimeZone zone, IEnumerable<LocalDate> exceptDates)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        (_starts, _duration, _zone, _exceptDates) = (starts, Duration.FromTimeSpan(duration), zone, exceptDates.ToFrozenSet());
        _leavesNoPause = new(LeavesNoPause);
    }

    /// <summary>How long each stretch lasts.</summary>
    public TimeSpan Length => _duration.ToTimeSpan();

    /// <summary>
    /// Whether a stretch can start before the one before has ended, as <c>* 10 * * *</c> for an hour does. That is allowed, the stretches are
    /// merged, and it is seldom meant.
    /// </summary>
    public bool OverlapsItself
    {
        get
        {
            var before = _starts.Next(Reference);
            for (var step = 0; step < OverlapSteps && before is { } start && _starts.Next(start) is { } next; step++)
            {
                if (Pause(start, next) < _duration)
                {
                    return true;
                }

                before = next;
            }

            return false;
        }
    }

    private protected override Stretch Find(DateTimeOffset instant)
    {
        var now = Instant.FromDateTimeOffset(instant);
        // It is active now if it started within its length before now, however long that is.
        if (NextStart(Minus(now)) is not { } start)
        {
            return new(false, null);
        }

        return start > now ? new(false, start.ToDateTimeOffset()) : EndOfRun(start);
    }

    /// <summary>Where the stretches that begin with the one at <paramref name="start"/>, and meet or overlap, come to an end.</summary>
    private Stretch EndOfRun(Instant start)
    {
        for (var (begin, step) = (start, 0); ; step++)
        {
            if (Last - start <= _duration)
            {
                return new(true, null);
            }

            if (step >= ManySteps && _leavesNoPause.Value)
            {
                // Nothing but a change of the zone's offset or a date without a start can leave a pause: go on from the last start before it.
                if (NextBreak(start) is not { } broken)
                {
                    return new(true, null);
                }

                if (NextStart(Minus(broken)) is { } near && near > start && near <= broken)
                {
                    start = near;
                }
            }

            var end = start + _duration;
            if (step == MaxSteps || start - begin > LongestRun || LaterStart(start, end) is not { } next)
            {
                return new(true, end.ToDateTimeOffset());
            }

            start = next;
        }
    }

    /// <summary>The first change of the zone's offset, or midnight before a date on which nothing starts, after an instant.</summary>
    private Instant? NextBreak(Instant after)
    {
        var interval = _zone.GetZoneInterval(after);
        Instant? broken = interval.HasEnd && interval.End <= Last ? interval.End : null;
        foreach (var date in _exceptDates)
        {
            if (_zone.ToInstant(date.AtMidnight()) is var midnight && midnight > after && (broken is null || midnight < broken))
            {
                broken = midnight;
            }
        }

        return broken;
    }

    /// <summary>
    /// A start after <paramref name="start"/> that is not later than <paramref name="end"/>; a late one where there are many, so that a window
    /// of days that starts every minute is not gone through by minutes.
    /// </summary>
    private Instant? LaterStart(Instant start, Instant end) =>
        NextStart(start + _duration / 2) is { } late && late <= end ? late
        : NextStart(start) is { } next && next <= end ? next
        : null;

    /// <summary>The first start after an instant.</summary>
    private Instant? NextStart(Instant after)
    {
        // Starts never change places on their way from local times to instants, so none before this one can come after it.
        var local = after.InZone(_zone).LocalDateTime;
        while (_starts.Next(local) is { } next)
        {
            if (_exceptDates.Contains(next.Date))
            {
                local = next.Date.PlusDays(1).AtMidnight().PlusTicks(-1);
                continue;
            }

            if (_zone.ToInstant(next) is var start && start > after)
            {
                return start;
            }

            local = next;
        }

        return null;
    }

    private Instant Minus(Instant instant) => instant - First > _duration ? Instant.Min(instant, Last) - _duration : First;

    private static Duration Pause(LocalDateTime start, LocalDateTime next) => Duration.FromTimeSpan(next.ToDateTimeUnspecified() - start.ToDateTimeUnspecified());

    /// <summary>Whether each stretch lasts until the next start, for ever, as far as the offset of the zone stays the same and no date is left out.</summary>
    private bool LeavesNoPause()
    {
        if (_duration > LongestOfPauses || _starts.Next(Reference.PlusTicks(-1)) is not { } first)
        {
            return false;
        }

        // The times of day are the same on all days that match: those of one day, and the days, are all there is.
        var last = first;
        while (_starts.Next(last) is { } next && next.Date == first.Date)
        {
            if (Pause(last, next) > _duration)
            {
                return false;
            }

            last = next;
        }

        var (everyDay, end) = (true, first.PlusYears(YearsOfAllCalendars));
        for (var day = first; day < end;)
        {
            if (_starts.Next(day.Date.At(last.TimeOfDay)) is not { } next || Pause(day.Date.At(last.TimeOfDay), next) > _duration)
            {
                return false;
            }

            // Four years have every date, and every date of a month falls on every day of the week.
            everyDay &= next.Date == day.Date.PlusDays(1);
            if (everyDay && next.Year == first.Year + 4)
            {
                return true;
            }

            day = next;
        }

        return true;
    }
}
