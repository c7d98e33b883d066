using System.Collections.Immutable;

namespace Sluice.Gating.Calendars;

/// <summary>A recurrence rule as it is written (RFC 5545, section 3.3.10). A list that is empty was not given; the others are sorted.</summary>
/// <param name="Source">The property that holds it.</param>
/// <param name="Frequency"><c>FREQ</c>.</param>
internal sealed record RecurrenceRule(ContentLine Source, Frequency Frequency)
{
    /// <summary><c>INTERVAL</c>: every how many years, months, ... Default: 1.</summary>
    public int Interval { get; init; } = 1;

    /// <summary><c>COUNT</c>: how many occurrences there are, the first among them; <see langword="null"/>: not given.</summary>
    public int? Count { get; init; }

    /// <summary><c>UNTIL</c>, as it is written: what it means depends on <c>DTSTART</c>; <see langword="null"/>: not given.</summary>
    public string? Until { get; init; }

    /// <summary><c>BYSECOND</c>, 0 to 59.</summary>
    public ImmutableArray<int> Seconds { get; init; } = [];

    /// <summary><c>BYMINUTE</c>, 0 to 59.</summary>
    public ImmutableArray<int> Minutes { get; init; } = [];

    /// <summary><c>BYHOUR</c>, 0 to 23.</summary>
    public ImmutableArray<int> Hours { get; init; } = [];

    /// <summary><c>BYDAY</c>.</summary>
    public ImmutableArray<RuleWeekday> Weekdays { get; init; } = [];

    /// <summary><c>BYMONTHDAY</c>, 1 to 31 or -31 to -1.</summary>
    public ImmutableArray<int> MonthDays { get; init; } = [];

    /// <summary><c>BYYEARDAY</c>, 1 to 366 or -366 to -1.</summary>
    public ImmutableArray<int> YearDays { get; init; } = [];

    /// <summary><c>BYWEEKNO</c>, 1 to 53 or -53 to -1.</summary>
    public ImmutableArray<int> Weeks { get; init; } = [];

    /// <summary><c>BYMONTH</c>, 1 to 12.</summary>
    public ImmutableArray<int> Months { get; init; } = [];

    /// <summary><c>BYSETPOS</c>, 1 to 366 or -366 to -1.</summary>
    public ImmutableArray<int> Positions { get; init; } = [];

    /// <summary><c>WKST</c>: the day that a week begins with. Default: Monday.</summary>
    public DayOfWeek WeekStart { get; init; } = DayOfWeek.Monday;
}
