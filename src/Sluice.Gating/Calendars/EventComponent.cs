using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>A <c>VEVENT</c> (RFC 5545, section 3.6.1): an event, or what became of one of its occurrences.</summary>
internal sealed class EventComponent
{
    private readonly CalendarComponent _component;
    private readonly CalendarZones _zones;

    /// <summary>Reads the component; its rules and dates are read when they are asked for.</summary>
    /// <exception cref="CalendarFormatException">It cannot be understood.</exception>
    public EventComponent(CalendarComponent component, CalendarZones zones)
    {
        _component = component;
        _zones = zones;
        Uid = component.Optional("UID")?.Value;
        StartProperty = component.Required("DTSTART");
        Start = CalendarTimeReader.Read(StartProperty, zones);
        Length = ReadLength();
        Summary = component.Optional("SUMMARY") is { } summary ? CalendarText.Unescape(summary.Value) : null;
        IsCancelled = ReadStatus();
        Sequence = ReadSequence();
        if (component.Properties.Find(property => property.Name == "EXRULE") is { } rule)
        {
            throw rule.Problem("no longer part of iCalendar (RFC 5545, appendix A.3); expected EXDATE");
        }

        if (component.Optional("RECURRENCE-ID") is not { } replaced)
        {
            return;
        }

        // Nobody writes it, and RFC 5545, section 3.2.13, has it change the occurrences after this one as well.
        if (replaced.Parameter("RANGE") is not null)
        {
            throw replaced.Problem("RANGE is not supported; expected an event of its own for the occurrences from there on");
        }

        Replaces = CalendarTimeReader.Read(replaced, zones);
        if (component.Properties.Find(property => property.Name is "RRULE" or "RDATE" or "EXDATE") is { } repeating)
        {
            throw repeating.Problem("not expected beside RECURRENCE-ID: one occurrence does not repeat");
        }
    }

    /// <summary>The line of its <c>BEGIN</c>.</summary>
    public int Line => _component.Line;

    /// <summary><c>UID</c>; <see langword="null"/>: not given.</summary>
    public string? Uid { get; }

    /// <summary><c>DTSTART</c>.</summary>
    public CalendarTime Start { get; }

    /// <summary>How long it lasts.</summary>
    public EventLength Length { get; }

    /// <summary><c>SUMMARY</c>.</summary>
    public string? Summary { get; }

    /// <summary>Whether <c>STATUS</c> says that it does not take place.</summary>
    public bool IsCancelled { get; }

    /// <summary><c>SEQUENCE</c>: of two that say the same, the one with the higher number is in force. Default: 0.</summary>
    public int Sequence { get; }

    /// <summary><c>RECURRENCE-ID</c>: the occurrence that this one stands for; <see langword="null"/>: an event of its own.</summary>
    public CalendarTime? Replaces { get; }

    /// <summary><c>RECURRENCE-ID</c> as a property.</summary>
    public ContentLine ReplacesProperty => _component.Required("RECURRENCE-ID");

    /// <summary>The rules.</summary>
    public IEnumerable<ContentLine> Rules => _component.All("RRULE");

    /// <summary>When it takes place, as <c>DTSTART</c> says.</summary>
    public Occurrence Occurrence => new(Start.Start, Length.EndOf(Start), Summary);

    private ContentLine StartProperty { get; }

    /// <summary>When none of the occurrences begins: the <c>EXDATE</c>s.</summary>
    public IEnumerable<Instant> Exceptions()
    {
        foreach (var property in _component.All("EXDATE"))
        {
            foreach (var text in property.Value.Split(','))
            {
                yield return Alike(property, CalendarTimeReader.Read(property, text.Trim(), _zones)).Start;
            }
        }
    }

    /// <summary>The occurrences that <c>RDATE</c>s add.</summary>
    public IEnumerable<Occurrence> Dates()
    {
        foreach (var property in _component.All("RDATE"))
        {
            var isPeriod = "PERIOD".Equals(property.Parameter("VALUE"), StringComparison.OrdinalIgnoreCase);
            foreach (var text in property.Value.Split(','))
            {
                yield return isPeriod ? ReadPeriod(property, text.Trim()) : ReadDate(property, text.Trim());
            }
        }
    }

    /// <summary>A time that has to do with <c>DTSTART</c>, if it is written as that is: a date for a date, with a zone where that has one.</summary>
    /// <exception cref="CalendarFormatException">It is not.</exception>
    public CalendarTime Alike(ContentLine property, CalendarTime time) =>
        time.IsDate != Start.IsDate ? throw property.Problem($"'{CalendarFormatException.Shorten(property.Value)}' is a {(time.IsDate ? "date" : "time")}, but DTSTART is a {(Start.IsDate ? "date" : "time")}; expected the same of both")
        : (time.Form == TimeForm.Floating) != (Start.Form == TimeForm.Floating) ? throw property.Problem($"'{CalendarFormatException.Shorten(property.Value)}' has {(time.Form == TimeForm.Floating ? "no time zone, but DTSTART has one" : "a time zone, but DTSTART has none")}; expected the same of both")
        : time;

    private Occurrence ReadDate(ContentLine property, string text)
    {
        var start = Alike(property, CalendarTimeReader.Read(property, text, _zones));
        return new(start.Start, Length.EndOf(start), Summary);
    }

    private Occurrence ReadPeriod(ContentLine property, string text)
    {
        if (text.IndexOf('/', StringComparison.Ordinal) is var slash && slash < 0)
        {
            throw property.NotA("a period; expected a start and an end or a duration, for example 20261224T180000Z/PT2H", text);
        }

        var start = Alike(property, CalendarTimeReader.Read(property, text[..slash], _zones));
        var rest = text[(slash + 1)..];
        var end = rest is ['P' or 'p' or '+' or '-', ..]
            ? CalendarTimeReader.ReadLength(property, rest).EndOf(start)
            : Alike(property, CalendarTimeReader.Read(property, rest, _zones)).End;
        return end > start.Start ? new(start.Start, end, Summary) : throw property.NotA("a period; expected an end after the start", text);
    }

    private EventLength ReadLength()
    {
        var end = _component.Optional("DTEND");
        var duration = _component.Optional("DURATION");
        if (end is not null && duration is not null)
        {
            throw duration.Problem($"not expected beside the DTEND of line {end.Line}");
        }

        if (duration is not null)
        {
            var length = CalendarTimeReader.ReadLength(duration, duration.Value.Trim());
            return !Start.IsDate || (length.Exact == Duration.Zero && length.Days > 0) ? length
                : throw duration.NotA("a duration of days, which an event of whole days needs; expected for example P1D", duration.Value);
        }

        if (end is null)
        {
            return new(Start.IsDate ? 1 : 0, Duration.Zero);
        }

        var until = Alike(end, CalendarTimeReader.Read(end, _zones));
        if (until.IsDate)
        {
            var days = Period.DaysBetween(Start.Local.Date, until.Local.Date);
            return days > 0 ? new(days, Duration.Zero)
                : throw end.Problem($"'{end.Value}' is not after DTSTART; expected the day after the last, so one day later for a single day");
        }

        return until.End >= Start.Start ? new(0, until.End - Start.Start) : throw end.Problem($"'{end.Value}' is before DTSTART");
    }

    private bool ReadStatus() => _component.Optional("STATUS") is { } status && status.Value.Trim().ToUpperInvariant() switch
    {
        "CANCELLED" => true,
        "CONFIRMED" or "TENTATIVE" => false,
        _ => throw status.NotA("a status of an event; expected CONFIRMED, TENTATIVE or CANCELLED", status.Value),
    };

    private int ReadSequence() => _component.Optional("SEQUENCE") is not { } sequence ? 0
        : int.TryParse(sequence.Value.Trim(), out var number) && number >= 0 ? number
        : throw sequence.NotA("a sequence number", sequence.Value);
}
