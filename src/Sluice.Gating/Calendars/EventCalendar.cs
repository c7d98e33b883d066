using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>
/// The events of an iCalendar text (RFC 5545). Immutable, and safe to use from several threads.
/// </summary>
/// <remarks>
/// <para>
/// Read are the <c>VEVENT</c>s of every <c>VCALENDAR</c>: <c>DTSTART</c>, <c>DTEND</c>, <c>DURATION</c>, <c>RRULE</c>, <c>RDATE</c> (times,
/// dates and periods), <c>EXDATE</c>, <c>RECURRENCE-ID</c>, <c>STATUS</c>, <c>SUMMARY</c>, <c>UID</c> and <c>SEQUENCE</c>; and the
/// <c>VTIMEZONE</c>s. Other components and properties are ignored; so is <c>TRANSP</c>: an event is in force whether or not its author is busy.
/// </para>
/// <para>
/// A time is in the IANA zone of its <c>TZID</c>, or else in the <c>VTIMEZONE</c> of that name, or else in the Windows zone of that name; without
/// <c>TZID</c> and <c>Z</c> it is in the zone that the reader is given, and so is a date. The first <c>DTSTART</c> is always an occurrence
/// (section 3.8.5.3). With a <c>DTEND</c>, each occurrence lasts as long as the first did, in elapsed time; with a <c>DURATION</c>, its days are
/// days on the clock and its hours elapse (sections 3.8.5.3 and 3.3.6). A start that the clock skips is the first instant after the gap; one
/// that the clock shows twice is the first of them. An event without an end that is not a whole day takes no time, and never occurs
/// (section 3.6.1).
/// </para>
/// <para>
/// What cannot be understood is a problem, never ignored, since it could be the one event that matters. Occurrences begin until the end of the year 9998.
/// </para>
/// </remarks>
public sealed class EventCalendar
{
    /// <summary>The longest text that is read, in characters: a ConfigMap holds 1 MiB.</summary>
    public const int MaxLength = 1_048_576;

    /// <summary>How many events a text may hold.</summary>
    public const int MaxEvents = 10_000;

    private readonly FixedOccurrences _fixed;
    private readonly ImmutableArray<RecurringEvent> _recurring;

    private EventCalendar(IReadOnlyCollection<EventSeries> events)
    {
        _fixed = new(events.SelectMany(series => series.Fixed));
        _recurring = [.. events.SelectMany(series => series.Recurring)];
    }

    /// <summary>Reads a text. Takes milliseconds for what people write, and never more than some tenths of a second.</summary>
    /// <param name="text">The text; lines end with LF or CRLF. Without any <c>VEVENT</c> it is a calendar that has no occurrences.</param>
    /// <param name="floatingZone">The zone of dates, and of times that name none.</param>
    /// <param name="calendar">The calendar, or <see langword="null"/>.</param>
    /// <param name="problem">
    /// Why the text cannot be understood, or <see langword="null"/>: the line, the event's <c>UID</c>, what was found and what is expected.
    /// </param>
    /// <returns>Whether the text was understood.</returns>
    public static bool TryParse(string text, DateTimeZone floatingZone, [NotNullWhen(true)] out EventCalendar? calendar, [NotNullWhen(false)] out string? problem)
    {
        (calendar, problem) = (null, null);
        if (text.Length > MaxLength)
        {
            problem = $"the text has {text.Length} characters; at most {MaxLength} are read";
            return false;
        }

        try
        {
            calendar = new(EventReader.ReadAll(text, floatingZone));
            return true;
        }
        catch (CalendarFormatException e)
        {
            problem = e.Message;
            return false;
        }
    }

    /// <summary>
    /// The occurrences whose end is after <paramref name="from"/>, in order of their starts, however long ago they began. They are found while
    /// they are asked for, and may be endless; they may overlap. None takes no time.
    /// </summary>
    public IEnumerable<Occurrence> OccurrencesFrom(Instant from)
    {
        var next = new PriorityQueue<IEnumerator<Occurrence>, (Instant, Instant)>(_recurring.Length + 1);
        Add(_fixed.From(from).GetEnumerator());
        foreach (var recurring in _recurring)
        {
            Add(recurring.OccurrencesFrom(from).GetEnumerator());
        }

        Occurrence? last = null;
        while (next.TryDequeue(out var occurrences, out _))
        {
            // Two rules of an event may give the same, and so may two times that the clock skips.
            if (occurrences.Current != last)
            {
                last = occurrences.Current;
                yield return occurrences.Current;
            }

            Add(occurrences);
        }

        void Add(IEnumerator<Occurrence> occurrences)
        {
            if (occurrences.MoveNext())
            {
                next.Enqueue(occurrences, (occurrences.Current.Start, occurrences.Current.End));
            }
            else
            {
                occurrences.Dispose();
            }
        }
    }
}
