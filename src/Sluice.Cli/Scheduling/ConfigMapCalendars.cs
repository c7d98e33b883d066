using System.Diagnostics.CodeAnalysis;
using NodaTime;
using Sluice.Api.Gates;
using Sluice.Gating.Calendars;

namespace Sluice.Cli.Scheduling;

/// <summary>Calendars from ConfigMaps that have been read already. What is wrong is said in the controller's words.</summary>
/// <param name="data">The data of a ConfigMap by its name; null: there is no such ConfigMap.</param>
/// <param name="describe">How messages name a ConfigMap, and what is to be done where it is missing.</param>
internal sealed class ConfigMapCalendars(Func<string, IReadOnlyDictionary<string, string>?> data, Func<ConfigMapKeyReference, (string Name, string Missing)> describe) : ICalendars
{
    /// <inheritdoc/>
    public bool TryFind(ConfigMapKeyReference reference, DateTimeZone floatingZone, [NotNullWhen(true)] out EventCalendar? calendar, [NotNullWhen(false)] out string? problem)
    {
        calendar = null;
        var (name, missing) = describe(reference);
        if (data(reference.Name) is not { } found)
        {
            problem = missing;
            return false;
        }

        return CalendarTexts.TryFind(name, found, reference.Key, out var text, out problem)
            && CalendarTexts.TryRead(name, reference.Key, text, floatingZone, out calendar, out problem);
    }
}
