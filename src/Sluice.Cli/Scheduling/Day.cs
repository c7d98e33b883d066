using System.Globalization;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Scheduling;

/// <summary>One day of the calendar in a zone, as it really passes: with the hours that the clock skips, and those that it shows twice.</summary>
internal sealed class Day
{
    private static readonly LocalTimePattern Clock = LocalTimePattern.CreateWithInvariantCulture("HH':'mm");

    private readonly DateTimeZone _zone;
    private readonly List<ZoneInterval> _offsets;

    /// <param name="date">The date.</param>
    /// <param name="zone">The zone.</param>
    public Day(LocalDate date, DateTimeZone zone)
    {
        (Date, _zone) = (date, zone);
        // A day that a zone has left out has no start: then its first instant is that of the next day.
        Whole = new Interval(zone.ToInstant(date.AtMidnight()), zone.ToInstant(date.PlusDays(1).AtMidnight()));
        _offsets = Whole.Duration == Duration.Zero ? [] : [.. zone.GetZoneIntervals(Whole)];
    }

    /// <summary>The date.</summary>
    public LocalDate Date { get; }

    /// <summary>From its first instant to that of the next day; empty for a day that the zone has left out.</summary>
    public Interval Whole { get; }

    /// <summary>How many hours it has, where these are not 24.</summary>
    public string? OddHours => Whole.Duration == Duration.FromHours(24) ? null : Whole.Duration.TotalHours.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>What is not ordinary: <c>Sun 29 Mar has 23 hours: 02:00-03:00 is skipped</c>; null where every hour of 24 comes once.</summary>
    public string? Note
    {
        get
        {
            var changes = string.Join(", ", Changes());
            return Whole.Duration == Duration.Zero ? $"{ShownTime.Day(Date)} does not exist in this zone"
                : OddHours is null && changes.Length == 0 ? null
                : $"{ShownTime.Day(Date)} has {OddHours ?? "24"} hours: {changes}";
        }
    }

    /// <summary>The pieces of time in which its clock shows <c>[start, start + length)</c>: none in a gap, two where it comes twice.</summary>
    public IEnumerable<Interval> Pieces(TimeSpan start, TimeSpan length)
    {
        var from = Date.AtMidnight().PlusTicks(start.Ticks);
        var to = from.PlusTicks(length.Ticks);
        foreach (var offset in _offsets)
        {
            var (first, end) = (from.WithOffset(offset.WallOffset).ToInstant(), to.WithOffset(offset.WallOffset).ToInstant());
            first = Instant.Max(Instant.Max(first, Whole.Start), offset.HasStart ? offset.Start : Instant.MinValue);
            end = Instant.Min(Instant.Min(end, Whole.End), offset.HasEnd ? offset.End : Instant.MaxValue);
            if (first < end)
                yield return new Interval(first, end);
        }
    }

    // A change at its first instant is its own, too: a clock that is put forward at midnight skips the day's first hour.
    private IEnumerable<string> Changes()
    {
        foreach (var offset in _offsets.Where(offset => offset.HasStart && offset.Start >= Whole.Start))
        {
            var before = offset.Start.WithOffset(_zone.GetZoneInterval(offset.Start - Duration.Epsilon).WallOffset).LocalDateTime;
            var after = offset.IsoLocalStart;
            if (before < after)
                yield return $"{Clock.Format(before.TimeOfDay)}-{Clock.Format(after.TimeOfDay)} is skipped";
            else if (before > after)
                yield return $"{Clock.Format(after.TimeOfDay)}-{Clock.Format(before.TimeOfDay)} comes twice";
        }
    }
}
