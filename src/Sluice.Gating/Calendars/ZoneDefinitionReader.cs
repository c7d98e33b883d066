using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>
/// Reads a <c>VTIMEZONE</c> (RFC 5545, section 3.6.5): each <c>STANDARD</c> and <c>DAYLIGHT</c> sets an offset at its <c>DTSTART</c>, its
/// <c>RDATE</c>s and the times of its <c>RRULE</c>, all of them on the clock as it went before.
/// </summary>
internal static class ZoneDefinitionReader
{
    // Endless rules are followed for one cycle of the calendar, from when every rule has begun and the rarest day (a 29 February that is a
    // given day of the week comes every 40 years at most) has come.
    private const int YearsBeforeCycle = 100;
    private const int YearsOfCycle = 400;
    private static readonly Duration LeastBetweenChanges = Duration.FromDays(2);

    /// <summary>Reads a zone.</summary>
    /// <exception cref="CalendarFormatException">It cannot be understood.</exception>
    public static ZoneDefinition Read(string id, CalendarComponent component, StepLimit limit)
    {
        var observances = component.Components.Where(inner => inner.Name is "STANDARD" or "DAYLIGHT").Select(inner => new Observance(inner)).ToList();
        if (observances.Count == 0)
        {
            throw new CalendarFormatException(component.Line, $"VTIMEZONE '{CalendarFormatException.Shorten(id)}' has neither STANDARD nor DAYLIGHT");
        }

        var lastYear = Math.Min(observances.Max(observance => observance.LastKnownYear) + YearsBeforeCycle + YearsOfCycle, 9998);
        var changes = observances.SelectMany(observance => observance.Changes(lastYear, limit)).OrderBy(change => change.At).ToList();
        var kept = new List<ZoneChange>();
        foreach (var change in changes)
        {
            if (change.To == (kept.Count > 0 ? kept[^1].To : change.From))
            {
                continue;
            }

            if (kept.Count > 0 && change.At - kept[^1].At < LeastBetweenChanges)
            {
                throw new CalendarFormatException(component.Line, $"VTIMEZONE '{CalendarFormatException.Shorten(id)}' changes its offset at {kept[^1].At} and again at {change.At}; expected two days between changes");
            }

            kept.Add(change);
        }

        if (kept.Count == 0)
        {
            kept.Add(changes.Count > 0 ? changes[0] : throw new CalendarFormatException(component.Line, $"VTIMEZONE '{CalendarFormatException.Shorten(id)}' has rules that never match; expected an offset"));
        }

        // One year more is given than is repeated, for the ends of the last stretches.
        var end = Instant.FromUtc(lastYear - 1, 1, 1, 0, 0);
        var repeats = lastYear < 9998 && observances.Any(observance => observance.IsEndless) && kept[^1].At > end - Duration.FromDays(YearsOfCycle * 365);
        return new(id, kept, repeats ? end : null);
    }
}
