using System.Collections.Frozen;
using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>The occurrences that one rule of an event gives.</summary>
/// <param name="start">The event's first start: its clock is the rule's.</param>
/// <param name="length">How long each occurrence lasts; not zero.</param>
/// <param name="expansion">The rule.</param>
/// <param name="until">The last instant at which one may begin; <see langword="null"/>: the rule says it itself.</param>
/// <param name="except">When none begins: exceptions, and what is given otherwise.</param>
/// <param name="summary">The event's summary.</param>
internal sealed class RecurringEvent(CalendarTime start, EventLength length, RecurrenceExpansion expansion, Instant? until, FrozenSet<Instant> except, string? summary)
{
    private static readonly Instant Earliest = Instant.FromUtc(1, 1, 10, 0, 0);
    private static readonly Instant Latest = Instant.FromUtc(9999, 12, 20, 0, 0);

    /// <summary>
    /// The occurrences that end after an instant, in order of their starts. The same may come twice: times that the clock skips come to the same
    /// instant as the first after them.
    /// </summary>
    public IEnumerable<Occurrence> OccurrencesFrom(Instant from)
    {
        foreach (var time in expansion.From(FirstThatMayLast(from)))
        {
            var next = start with { Local = LocalDateTime.FromDateTime(time) };
            var begin = next.Start;
            if (begin > until)
            {
                yield break;
            }

            if (except.Contains(begin))
            {
                continue;
            }

            var end = length.EndOf(next);
            if (end > from && end > begin)
            {
                yield return new(begin, end, summary);
            }
        }
    }

    private DateTime FirstThatMayLast(Instant from)
    {
        // A start on the clock that is earlier than this one is never a later instant, so none is left out. With days on the clock, where the
        // end is found on the clock too, two more are taken: no zone has ever skipped more than one.
        var days = Duration.FromDays(length.Days == 0 ? 0 : length.Days + 2);
        var back = length.Exact + days;
        if (from - Earliest < back)
        {
            return DateTime.MinValue;
        }

        var instant = Instant.Min(from, Latest) - back;
        return instant.InZone(start.Zone).LocalDateTime.ToDateTimeUnspecified();
    }
}
