using NodaTime;
using NodaTime.Text;
using Sluice.Gating.Calendars;

namespace Sluice.Gating.Tests.Calendars;

/// <summary>How the tests write calendars, and what they read from them.</summary>
internal static class CalendarReading
{
    public static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
    public static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];
    public static readonly Instant Begin = Instant.FromUtc(1000, 1, 1, 0, 0);

    public static string Calendar(params string[] components) => $"BEGIN:VCALENDAR\nVERSION:2.0\n{string.Join('\n', components)}\nEND:VCALENDAR\n";

    public static string Component(params string[] properties) => $"BEGIN:VEVENT\n{string.Join('\n', properties)}\nEND:VEVENT";

    public static string Event(params string[] properties) => Calendar(Component(["UID:e", .. properties]));

    public static EventCalendar Read(string text, DateTimeZone? floating = null)
    {
        EventCalendar.TryParse(text, floating ?? DateTimeZone.Utc, out var calendar, out var problem).Should().BeTrue($"it is a good calendar, but: {problem}");
        problem.Should().BeNull();
        return calendar!;
    }

    public static string Problem(string text)
    {
        EventCalendar.TryParse(text, DateTimeZone.Utc, out var calendar, out var problem).Should().BeFalse("it is a broken calendar");
        calendar.Should().BeNull();
        return problem!;
    }

    /// <summary>The first occurrences, as <c>2026-12-24T18:00:00Z/2026-12-24T19:00:00Z</c>.</summary>
    public static IEnumerable<string> Stretches(string text, DateTimeZone? floating = null, string? from = null, int most = 100) =>
        Read(text, floating).OccurrencesFrom(from is null ? Begin : At(from)).Take(most).Select(occurrence => $"{occurrence.Start}/{occurrence.End}");

    public static Instant At(string text) => InstantPattern.ExtendedIso.Parse(text).Value;
}
