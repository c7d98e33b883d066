using NodaTime;
using NodaTime.TimeZones;

namespace Sluice.Gating.Calendars;

/// <summary>
/// The time zones that one calendar names. An id of the IANA database is that zone, whatever the calendar's own <c>VTIMEZONE</c> says: the
/// database knows changes that came after the calendar was written. Any other id is the <c>VTIMEZONE</c> of that name, or else one of Windows.
/// </summary>
/// <param name="calendar">The <c>VCALENDAR</c>.</param>
/// <param name="floating">The zone of times that name none.</param>
/// <param name="limit">How long reading may take.</param>
internal sealed class CalendarZones(CalendarComponent calendar, DateTimeZone floating, StepLimit limit)
{
    private readonly Dictionary<string, DateTimeZone> _known = new(StringComparer.Ordinal);

    /// <summary>The zone of times that name none.</summary>
    public DateTimeZone Floating => floating;

    /// <summary>The zone of this id.</summary>
    /// <exception cref="CalendarFormatException">There is no such zone, or its <c>VTIMEZONE</c> cannot be understood.</exception>
    public DateTimeZone Find(string id, ContentLine property)
    {
        if (!_known.TryGetValue(id, out var zone))
        {
            zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) ?? Defined(id) ?? OfWindows(id)
                ?? throw property.NotA("a time zone; expected an IANA name such as Europe/Berlin, a VTIMEZONE of that TZID in the same VCALENDAR, or a name that Windows uses", id);
            _known.Add(id, zone);
        }

        return zone;
    }

    private ZoneDefinition? Defined(string id)
    {
        ContentLine? found = null;
        ZoneDefinition? zone = null;
        foreach (var component in calendar.Components.Where(component => component.Name == "VTIMEZONE"))
        {
            var property = component.Required("TZID");
            if (CalendarText.Unescape(property.Value) != id)
            {
                continue;
            }

            if (found is not null)
            {
                throw property.Problem($"'{CalendarFormatException.Shorten(id)}' is defined in line {found.Line} already");
            }

            found = property;
            zone = ZoneDefinitionReader.Read(id, component, limit);
        }

        return zone;
    }

    private static DateTimeZone? OfWindows(string id) =>
        TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping.TryGetValue(id, out var name) ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) : null;
}
