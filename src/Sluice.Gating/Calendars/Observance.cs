using System.Collections.Immutable;
using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>A <c>STANDARD</c> or <c>DAYLIGHT</c> of a <c>VTIMEZONE</c> (RFC 5545, section 3.6.5).</summary>
internal sealed class Observance
{
    private readonly LocalDateTime _start;
    private readonly Offset _from;
    private readonly Offset _to;
    private readonly ImmutableArray<LocalDateTime> _dates;
    private readonly ImmutableArray<RecurrenceRule> _rules;

    /// <summary>Reads the component.</summary>
    /// <exception cref="CalendarFormatException">It cannot be understood.</exception>
    public Observance(CalendarComponent component)
    {
        var start = component.Required("DTSTART");
        _start = ReadLocal(start, start.Value.Trim());
        _from = CalendarTimeReader.ReadOffset(component.Required("TZOFFSETFROM"));
        _to = CalendarTimeReader.ReadOffset(component.Required("TZOFFSETTO"));
        _dates = [.. component.All("RDATE").SelectMany(property => property.Value.Split(',').Select(text => ReadLocal(property, text.Trim())))];
        _rules = [.. component.All("RRULE").Select(ReadRule)];
    }

    /// <summary>Whether it has a rule without an end.</summary>
    public bool IsEndless => _rules.Any(rule => rule is { Count: null, Until: null });

    /// <summary>The year from which on nothing but endless rules apply; a <c>COUNT</c> is taken for the years that it counts.</summary>
    public int LastKnownYear => _rules.Select(LastYear).Concat(_dates.Select(date => date.Year)).Append(_start.Year).Max();

    /// <summary>The changes up to the end of a year, in no order.</summary>
    /// <exception cref="CalendarFormatException">It takes too long.</exception>
    public IEnumerable<ZoneChange> Changes(int lastYear, StepLimit limit) =>
        Times(lastYear, limit).Concat(_dates).Distinct().Where(time => time.Year <= lastYear)
            .Select(time => new ZoneChange(time.WithOffset(_from).ToInstant(), _from, _to));

    private IEnumerable<LocalDateTime> Times(int lastYear, StepLimit limit)
    {
        // Outlook has every rule begin on 1 January 1601, where none of them changes anything; without a rule, the start is the change.
        if (_rules.IsEmpty)
        {
            yield return _start;
        }

        foreach (var rule in _rules)
        {
            var last = new DateTime(lastYear, 12, 31, 23, 59, 59);
            if (rule.Until is not null && Until(rule).ToDateTimeUnspecified() is var until && until < last)
            {
                last = until;
            }

            var first = _start.ToDateTimeUnspecified();
            foreach (var time in new RecurrenceExpansion(rule, first, last, limit).From(first))
            {
                limit.Take(rule.Source);
                yield return LocalDateTime.FromDateTime(time);
            }
        }
    }

    private int LastYear(RecurrenceRule rule) =>
        rule.Until is not null ? Math.Min(Until(rule).Year, 9998) : rule.Count is { } count ? Math.Min(_start.Year + Math.Min(count, 9998), 9998) : _start.Year;

    // UNTIL is in UTC; some write it on the clock.
    private LocalDateTime Until(RecurrenceRule rule) =>
        !CalendarTimeReader.TryRead(rule.Until!, out var local, out var form) ? throw rule.Source.NotA("a time for UNTIL; expected for example 20261224T180000Z", rule.Until!)
        : local.Year > 9998 ? local
        : form == TimeForm.Utc ? local.PlusSeconds(_from.Seconds)
        : form == TimeForm.Date ? local.PlusHours(24).PlusSeconds(-1)
        : local;

    private static RecurrenceRule ReadRule(ContentLine property)
    {
        // All that there are go by the year. What goes by the hour would make a clock that nothing can be read from.
        var rule = RecurrenceRuleReader.Read(property);
        return rule is { Frequency: Frequency.Yearly, Interval: 1 } ? rule
            : throw property.NotA("a rule for a time zone; expected FREQ=YEARLY without INTERVAL", property.Value);
    }

    private static LocalDateTime ReadLocal(ContentLine property, string text) =>
        property.Parameter("TZID") is null && CalendarTimeReader.TryRead(text, out var local, out var form) && form == TimeForm.Floating && local.Year <= 9998 ? local
        : throw property.NotA("a time on the clock of a time zone; expected for example 20261025T030000", text);
}
