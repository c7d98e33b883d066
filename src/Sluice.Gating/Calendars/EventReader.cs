using System.Collections.Frozen;
using System.Collections.Immutable;
using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>Reads the events of a text: each <c>UID</c> with its rules, dates, exceptions and replaced occurrences.</summary>
internal sealed class EventReader
{
    private readonly StepLimit _limit;
    private readonly CalendarZones _zones;

    private EventReader(StepLimit limit, CalendarZones zones)
    {
        _limit = limit;
        _zones = zones;
    }

    /// <summary>The events of all calendars of a text.</summary>
    /// <exception cref="CalendarFormatException">Something in it cannot be understood.</exception>
    public static List<EventSeries> ReadAll(string text, DateTimeZone floatingZone)
    {
        var calendars = CalendarComponent.ReadAll(text);
        var events = calendars.SelectMany(calendar => calendar.Components).Where(component => component.Name == "VEVENT").Skip(EventCalendar.MaxEvents);
        if (events.FirstOrDefault() is { } tooMany)
        {
            throw new CalendarFormatException(tooMany.Line, $"more than {EventCalendar.MaxEvents} events");
        }

        var limit = new StepLimit();
        return [.. calendars.SelectMany(calendar => new EventReader(limit, new(calendar, floatingZone, limit)).Read(calendar))];
    }

    private IEnumerable<EventSeries> Read(CalendarComponent calendar)
    {
        // vCalendar 1.0 writes its rules in another way, and a cancellation says which events of another calendar are no more.
        if (calendar.Optional("VERSION") is { } version && version.Value.Trim() != "2.0")
        {
            throw version.NotA("a version of iCalendar that is read; expected 2.0", version.Value);
        }

        if (calendar.Optional("METHOD") is { } method && method.Value.Trim().Equals("CANCEL", StringComparison.OrdinalIgnoreCase))
        {
            throw method.Problem("'CANCEL' is a message about events, not a calendar; expected PUBLISH or no METHOD");
        }

        var components = calendar.Components.Where(component => component.Name == "VEVENT").Select(ReadComponent).ToList();
        var alone = components.Where(component => component.Uid is null).Select(component => (IReadOnlyList<EventComponent>)[component]);
        var groups = components.Where(component => component.Uid is not null).GroupBy(component => component.Uid, (_, group) => (IReadOnlyList<EventComponent>)[.. group]);
        return alone.Concat(groups).Select(ReadSeries);
    }

    private EventComponent ReadComponent(CalendarComponent component)
    {
        try
        {
            return new(component, _zones);
        }
        catch (CalendarFormatException e) when (component.Properties.Find(property => property.Name == "UID") is { } uid)
        {
            throw e.InEvent(uid.Value);
        }
    }

    private EventSeries ReadSeries(IReadOnlyList<EventComponent> components)
    {
        try
        {
            return Read(components);
        }
        catch (CalendarFormatException e) when (components[0].Uid is { } uid)
        {
            throw e.InEvent(uid);
        }
    }

    private EventSeries Read(IReadOnlyList<EventComponent> components)
    {
        EventComponent? master = null;
        var replacements = new Dictionary<Instant, EventComponent>();
        foreach (var component in components)
        {
            if (component.Replaces is null)
            {
                master = Later(master, component);
            }
            else if (component.Uid is null)
            {
                throw component.ReplacesProperty.Problem("the event has no UID; expected that of the event whose occurrence it replaces");
            }
        }

        foreach (var component in components)
        {
            if (component.Replaces is { } replaced)
            {
                var start = (master?.Alike(component.ReplacesProperty, replaced) ?? replaced).Start;
                replacements[start] = Later(replacements.GetValueOrDefault(start), component);
            }
        }

        if (master is null)
        {
            // One occurrence of a series that was invited to alone.
            return new([.. Remaining(replacements)], []);
        }

        var occurrences = Occurrences(master, replacements);
        return master.IsCancelled ? new([], []) : occurrences;
    }

    // Also for an event that is cancelled, since what is wrong in it is wrong.
    private EventSeries Occurrences(EventComponent master, Dictionary<Instant, EventComponent> replacements)
    {
        var excluded = master.Exceptions().Concat(replacements.Keys).ToHashSet();
        var given = master.Dates().Prepend(master.Occurrence).Where(occurrence => !excluded.Contains(occurrence.Start)).ToList();
        excluded.UnionWith(given.Select(occurrence => occurrence.Start));
        var except = excluded.ToFrozenSet();
        var recurring = ImmutableArray.CreateBuilder<RecurringEvent>();
        foreach (var property in master.Rules)
        {
            var rule = RecurrenceRuleReader.Read(property);
            var (last, until) = ReadUntil(rule, master.Start);
            if (master.Start.IsDate)
            {
                // Section 3.3.10: times of day in a rule for whole days are ignored.
                rule = rule.Frequency >= Frequency.Daily ? rule with { Hours = [], Minutes = [], Seconds = [] }
                    : throw property.Problem($"FREQ={rule.Frequency.ToString().ToUpperInvariant()} needs a DTSTART with a time of day");
            }

            var expansion = new RecurrenceExpansion(rule, master.Start.Local.ToDateTimeUnspecified(), last, _limit);
            if (!expansion.IsEmpty && !master.Length.IsZero)
            {
                recurring.Add(new(master.Start, master.Length, expansion, until, except, master.Summary));
            }
        }

        return new([.. given, .. Remaining(replacements)], recurring.ToImmutable());
    }

    private static IEnumerable<Occurrence> Remaining(Dictionary<Instant, EventComponent> replacements) =>
        replacements.Values.Where(component => !component.IsCancelled).Select(component => component.Occurrence);

    private static EventComponent Later(EventComponent? one, EventComponent other) =>
        one is null || other.Sequence > one.Sequence ? other
        : other.Sequence < one.Sequence ? one
        : throw new CalendarFormatException(other.Line, $"a second {(other.Replaces is null ? "event with the UID" : "replacement of the same occurrence as that")} of line {one.Line}; expected one, or a higher SEQUENCE");

    // Section 3.3.10: in UTC where DTSTART has a zone, and a date where it is a date. A time on the clock of DTSTART's zone, and a date for the
    // whole of that day, are understood as well.
    private static (DateTime Last, Instant? Until) ReadUntil(RecurrenceRule rule, CalendarTime start)
    {
        if (rule.Until is null)
        {
            return (DateTime.MaxValue, null);
        }

        if (!CalendarTimeReader.TryRead(rule.Until, out var local, out var form) || (start.IsDate && form != TimeForm.Date))
        {
            throw rule.Source.NotA(start.IsDate ? "a date for UNTIL, as DTSTART is one; expected for example 20261224" : "a date or time for UNTIL; expected for example 20261224T180000Z", rule.Until);
        }

        var time = local.ToDateTimeUnspecified();
        return form switch
        {
            TimeForm.Utc => (DateTime.MaxValue - time > TimeSpan.FromDays(2) ? time.AddDays(2) : DateTime.MaxValue, new CalendarTime(local, form, DateTimeZone.Utc).Start),
            TimeForm.Date => (time.AddTicks(TimeSpan.TicksPerDay - 1), null),
            _ => (time, null),
        };
    }
}
