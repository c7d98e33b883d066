using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Scheduling;

/// <summary>
/// Times as people write them on a command line: an RFC 3339 time, a date or a local time in the zone that is shown, <c>now</c>, <c>today</c>,
/// <c>tomorrow</c>, or <c>+7d</c> and <c>-90m</c> from another instant. Days and weeks are days of the calendar: <c>+1d</c> is the same time of day.
/// </summary>
/// <param name="zone">The zone that is shown.</param>
/// <param name="now">The present time.</param>
internal sealed class TimeArgument(DateTimeZone zone, DateTimeOffset now)
{
    /// <summary>What is understood, for help texts.</summary>
    public const string Forms = "RFC 3339, a date, now, today, tomorrow, or +7d (w, d, h, m)";

    // Cron's calendar ends with 2499; before 1970 nothing was scheduled.
    private const int FirstYear = 1970;
    private const int LastYear = 2499;

    private static readonly LocalDateTimePattern ToMinutes = LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm");

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="option">The option that it is the value of.</param>
    /// <param name="origin">What <c>+7d</c> counts from.</param>
    /// <exception cref="CommandException">It is no time, or a year that no schedule reaches.</exception>
    public DateTimeOffset Read(string text, string option, DateTimeOffset origin)
    {
        var found = TryFind(text, origin) ?? throw CommandException.Usage(
            $"{option}: '{text}' is not a time; expected RFC 3339 (2026-11-27T14:00:00Z), a date (2026-11-27) or a time (2026-11-27T14:00) in {zone.Id}, now, today, tomorrow, or +7d (w, d, h, m)");
        return found.Year is >= FirstYear and <= LastYear
            ? found
            : throw CommandException.Usage($"{option}: '{text}' is not within the years {FirstYear} to {LastYear}");
    }

    private DateTimeOffset? TryFind(string text, DateTimeOffset origin)
    {
        try
        {
            return Find(text, origin);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException or InvalidOperationException)
        {
            return null;
        }
    }

    private DateTimeOffset? Find(string text, DateTimeOffset origin)
    {
        if (Rfc3339.TryParse(text, out var instant))
            return instant;
        if (LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date })
            return StartOf(date);
        if (ToMinutes.Parse(text) is { Success: true, Value: var minute })
            return zone.ToInstant(minute).ToDateTimeOffset();
        if (LocalDateTimePattern.GeneralIso.Parse(text) is { Success: true, Value: var second })
            return zone.ToInstant(second).ToDateTimeOffset();
        var today = Instant.FromDateTimeOffset(now).InZone(zone).Date;
        return text switch
        {
            "now" => now,
            "today" => StartOf(today),
            "tomorrow" => StartOf(today.PlusDays(1)),
            ['+' or '-', .. var digits, var unit] when int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count <= 1_000_000 => Moved(origin, text[0] == '-' ? -count : count, unit),
            _ => null,
        };
    }

    private DateTimeOffset? Moved(DateTimeOffset origin, int count, char unit)
    {
        var local = Instant.FromDateTimeOffset(origin).InZone(zone).LocalDateTime;
        return unit switch
        {
            'm' => origin.AddMinutes(count),
            'h' => origin.AddHours(count),
            'd' => zone.ToInstant(local.PlusDays(count)).ToDateTimeOffset(),
            'w' => zone.ToInstant(local.PlusWeeks(count)).ToDateTimeOffset(),
            _ => null,
        };
    }

    private DateTimeOffset StartOf(LocalDate date) => zone.ToInstant(date.AtMidnight()).ToDateTimeOffset();
}
