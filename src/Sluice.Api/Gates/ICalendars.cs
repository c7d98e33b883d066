using System.Diagnostics.CodeAnalysis;
using NodaTime;
using Sluice.Gating.Calendars;

namespace Sluice.Api.Gates;

/// <summary>Finds the calendars that the windows of a gate refer to.</summary>
public interface ICalendars
{
    /// <summary>Finds and reads one.</summary>
    /// <param name="reference">The key of a ConfigMap in the gate's namespace.</param>
    /// <param name="floatingZone">The zone of its times that name none.</param>
    /// <param name="calendar">The calendar.</param>
    /// <param name="problem">Why there is none: the ConfigMap or the key is missing, or the text cannot be understood.</param>
    bool TryFind(ConfigMapKeyReference reference, DateTimeZone floatingZone, [NotNullWhen(true)] out EventCalendar? calendar, [NotNullWhen(false)] out string? problem);
}
