using System.Diagnostics.CodeAnalysis;
using NodaTime;
using Sluice.Gating.Calendars;

namespace Sluice.Api.Gates;

/// <summary>No calendar is to be had: what refers to one cannot be understood.</summary>
public sealed class NoCalendars : ICalendars
{
    /// <summary>The one instance.</summary>
    public static NoCalendars Instance { get; } = new();

    /// <inheritdoc/>
    public bool TryFind(ConfigMapKeyReference reference, DateTimeZone floatingZone, [NotNullWhen(true)] out EventCalendar? calendar, [NotNullWhen(false)] out string? problem)
    {
        (calendar, problem) = (null, $"ConfigMap '{reference.Name}' cannot be read here");
        return false;
    }
}
