using System.Diagnostics.CodeAnalysis;
using NodaTime;
using Sluice.Gating.Calendars;

namespace Sluice.Api.Gates;

/// <summary>Finds a calendar among the texts of a ConfigMap, with one set of words for what is wrong.</summary>
public static class CalendarTexts
{
    private const int MaxNamedKeys = 10;

    /// <summary>Finds the text of a key.</summary>
    /// <param name="configMap">The ConfigMap as messages name it.</param>
    /// <param name="data">Its texts.</param>
    /// <param name="key">The key.</param>
    /// <param name="text">The text.</param>
    /// <param name="problem">That there is none, and which keys there are.</param>
    public static bool TryFind(
        string configMap, IReadOnlyDictionary<string, string> data, string key, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? problem)
    {
        problem = data.TryGetValue(key, out text) ? null : $"ConfigMap '{configMap}' has no key '{key}'; it has {Keys(data.Keys)}";
        return problem is null;
    }

    /// <summary>Reads the text of a key.</summary>
    /// <param name="configMap">The ConfigMap as messages name it.</param>
    /// <param name="key">The key.</param>
    /// <param name="text">Its text.</param>
    /// <param name="floatingZone">The zone of its times that name none.</param>
    /// <param name="calendar">The calendar.</param>
    /// <param name="problem">Why it cannot be understood.</param>
    public static bool TryRead(
        string configMap, string key, string text, DateTimeZone floatingZone, [NotNullWhen(true)] out EventCalendar? calendar, [NotNullWhen(false)] out string? problem)
    {
        problem = EventCalendar.TryParse(text, floatingZone, out calendar, out var unreadable) ? null : $"key '{key}' of ConfigMap '{configMap}' is not a calendar: {unreadable}";
        return calendar is not null;
    }

    // A ConfigMap may have thousands of keys, and a condition has room for 32,768 characters.
    private static string Keys(IEnumerable<string> keys)
    {
        var all = keys.Order(StringComparer.Ordinal).ToList();
        var named = string.Join(", ", all.Take(MaxNamedKeys).Select(key => $"'{key}'"));
        return all.Count switch { 0 => "none", > MaxNamedKeys => $"{named} and {all.Count - MaxNamedKeys} more", _ => named };
    }
}
