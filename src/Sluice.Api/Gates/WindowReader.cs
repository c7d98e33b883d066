using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Api.Gates;

/// <summary>
/// Makes the domain's windows of those of a spec. The API server's validation catches most of what is refused here, with the same words;
/// calendars, and time zones that only one of the two knows, it cannot catch.
/// </summary>
/// <param name="calendars">Where calendars are found.</param>
/// <param name="gateZone">The gate's own time zone.</param>
internal sealed class WindowReader(ICalendars calendars, DateTimeZone gateZone)
{
    private const string OneOfThree = "expected exactly one of 'cron' with 'duration', 'start' with 'end', or 'calendar'";

    /// <summary>Reads one window.</summary>
    /// <param name="window">The window of the spec.</param>
    /// <param name="path">Where it stands, for example <c>spec.windows[0]</c>.</param>
    /// <exception cref="InvalidSpecException">It cannot be understood; the message names the field, the value and what is allowed.</exception>
    public Window Read(GateWindow window, string path)
    {
        var action = window.Action switch
        {
            "open" => WindowAction.Open,
            "close" => WindowAction.Close,
            _ => throw new InvalidSpecException($"{path}.action: '{window.Action}' is not an action; expected 'open' or 'close'"),
        };
        return new(window.Name, action, Times(window, path), window.Description);
    }

    private WindowTimes Times(GateWindow window, string path) => window switch
    {
        { Cron: { } cron, Start: null, End: null, Calendar: null } => Recurring(window, cron, path),
        { Start: { } start, End: { } end, Cron: null, Duration: null, TimeZone: null, ExceptDates: null, Calendar: null } => OneOff(start, end, path),
        { Calendar: { } calendar, Cron: null, Duration: null, Start: null, End: null } => OfCalendar(window, calendar, path),
        { Start: not null, Cron: null, Calendar: null, End: not null } =>
            throw new InvalidSpecException($"{path}: 'duration', 'timeZone' and 'exceptDates' are not for a window with 'start' and 'end', whose times name their offsets"),
        _ => throw new InvalidSpecException($"{path}: {OneOfThree}"),
    };

    private RecurringTimes Recurring(GateWindow window, string cron, string path)
    {
        if (!CronSchedule.TryParse(cron, out var starts, out var problem))
        {
            throw new InvalidSpecException($"{path}.cron: {problem}");
        }

        if (!GoDuration.TryParse(window.Duration, out var duration) || duration <= TimeSpan.Zero)
        {
            throw new InvalidSpecException($"{path}.duration: '{window.Duration}' is not the duration of a window; expected one greater than zero, for example '1h30m'");
        }

        return new(starts, duration, Zone(window, path), ExceptDates(window, path));
    }

    private static OneOffTimes OneOff(string start, string end, string path)
    {
        var from = Instant(start, $"{path}.start");
        var to = Instant(end, $"{path}.end");
        return to > from ? new(from, to) : throw new InvalidSpecException($"{path}.end: '{end}' is not after the start '{start}'");
    }

    private CalendarTimes OfCalendar(GateWindow window, CalendarReference calendar, string path) =>
        calendars.TryFind(calendar.ConfigMapRef, Zone(window, path), out var found, out var problem)
            ? new(found, ExceptDates(window, path), Zone(window, path))
            : throw new InvalidSpecException($"{path}.calendar: {problem}");

    private static DateTimeOffset Instant(string text, string path) =>
        Rfc3339.TryParse(text, out var instant) ? instant : throw new InvalidSpecException($"{path}: '{text}' is not a time; expected RFC 3339, for example 2026-11-23T00:00:00Z");

    private static List<LocalDate> ExceptDates(GateWindow window, string path) =>
    [
        .. (window.ExceptDates ?? []).Select((date, index) => LocalDatePattern.Iso.Parse(date) is { Success: true } parsed
            ? parsed.Value
            : throw new InvalidSpecException(string.Create(CultureInfo.InvariantCulture, $"{path}.exceptDates[{index}]: '{date}' is not a date; expected one such as '2026-12-24'"))),
    ];

    private DateTimeZone Zone(GateWindow window, string path) => window.TimeZone is { } id ? ReadZone(id, $"{path}.timeZone") : gateZone;

    /// <summary>Finds a time zone.</summary>
    /// <param name="id">Its IANA name.</param>
    /// <param name="path">Where it stands.</param>
    /// <exception cref="InvalidSpecException">There is no such zone.</exception>
    public static DateTimeZone ReadZone(string id, string path) => TimeZones.TryFind(id, out var zone)
        ? zone
        : throw new InvalidSpecException($"{path}: '{id}' is not a time zone; expected an IANA name such as 'Europe/Berlin' or 'UTC' (database {TimeZones.DatabaseVersion})");
}
