using NodaTime;
using System.Diagnostics.CodeAnalysis;

namespace Sluice.Gating.Calendars;

/// <summary>stub, until the branch with the real one is merged</summary>
public sealed class EventCalendar
{
    /// <summary>stub</summary>
    public static bool TryParse(string text, DateTimeZone floatingZone, [NotNullWhen(true)] out EventCalendar? calendar, [NotNullWhen(false)] out string? problem)
    {
        (calendar, problem) = (null, $"not there yet: {text.Length} characters, {floatingZone}");
        return false;
    }

    /// <summary>stub</summary>
    public IEnumerable<Occurrence> OccurrencesFrom(Instant from) => [new(from, from, GetHashCode().ToString())];
}
