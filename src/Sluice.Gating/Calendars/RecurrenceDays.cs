namespace Sluice.Gating.Calendars;

/// <summary>
/// Which days a rule is about: <c>BYMONTH</c>, <c>BYWEEKNO</c>, <c>BYYEARDAY</c>, <c>BYMONTHDAY</c> and <c>BYDAY</c> together. A day passes when
/// it passes each of them that is given; expanding and limiting (the table of RFC 5545, section 3.3.10) come to the same.
/// </summary>
/// <remarks>Days are counted as <see cref="DateOnly.DayNumber"/> counts them.</remarks>
internal sealed class RecurrenceDays
{
    /// <summary>The last day that is looked at, 31 December 9998: what is later does not fit an instant in every zone.</summary>
    public static readonly int Last = new DateOnly(9998, 12, 31).DayNumber;

    private const uint EveryDay = ~0u;

    private readonly int _months;
    private readonly uint _monthDays;
    private readonly uint _monthDaysFromEnd;
    private readonly int _weekdays;
    private readonly RuleWeekday[] _numbered;
    private readonly bool _isNumberedInYear;
    private readonly int[] _yearDays;
    private readonly int[] _weeks;
    private readonly DayOfWeek _weekStart;

    /// <summary>
    /// The days of a rule. What the rule leaves open is taken from the first occurrence, as the section says: the day of the month, the month or
    /// the day of the week.
    /// </summary>
    public RecurrenceDays(RecurrenceRule rule, DateTime first)
    {
        var months = rule.Months;
        var monthDays = rule.MonthDays;
        var weekdays = rule.Weekdays;
        if (rule.Weekdays.IsEmpty && rule.MonthDays.IsEmpty && rule.YearDays.IsEmpty)
        {
            switch (rule.Frequency)
            {
                case Frequency.Weekly:
                case Frequency.Yearly when !rule.Weeks.IsEmpty:
                    weekdays = [new(first.DayOfWeek, 0)];
                    break;
                case Frequency.Monthly:
                    monthDays = [first.Day];
                    break;
                case Frequency.Yearly:
                    monthDays = [first.Day];
                    months = months.IsEmpty ? [first.Month] : months;
                    break;
                default:
                    break;
            }
        }

        foreach (var month in months)
        {
            _months |= 1 << month;
        }

        _months = months.IsEmpty ? ~0 : _months;
        foreach (var day in monthDays)
        {
            _monthDays |= day > 0 ? 1u << day : 0;
            _monthDaysFromEnd |= day < 0 ? 1u << -day : 0;
        }

        _monthDays = monthDays.IsEmpty ? EveryDay : _monthDays;
        foreach (var day in weekdays)
        {
            _weekdays |= day.Ordinal == 0 ? 1 << (int)day.Day : 0;
        }

        _weekdays = weekdays.IsEmpty ? ~0 : _weekdays;
        _numbered = [.. weekdays.Where(day => day.Ordinal != 0)];
        _isNumberedInYear = rule.Frequency == Frequency.Yearly && rule.Months.IsEmpty;
        _yearDays = [.. rule.YearDays];
        _weeks = [.. rule.Weeks];
        _weekStart = rule.WeekStart;
    }

    /// <summary>Whether days of this month, 1 to 12, can pass at all.</summary>
    public bool HasMonth(int month) => (_months & (1 << month)) != 0;

    /// <summary>Whether a day passes.</summary>
    public bool Has(int day)
    {
        var (year, month, dayOfMonth) = DateOnly.FromDayNumber(day);
        return HasMonth(month) && HasDay(year, dayOfMonth, DateTime.DaysInMonth(year, month), day);
    }

    /// <summary>Adds the days of a month that pass, in order.</summary>
    public void AddMonth(int year, int month, List<int> days)
    {
        if (!HasMonth(month))
        {
            return;
        }

        var length = DateTime.DaysInMonth(year, month);
        var before = new DateOnly(year, month, 1).DayNumber - 1;
        for (var dayOfMonth = 1; dayOfMonth <= length; dayOfMonth++)
        {
            if (HasDay(year, dayOfMonth, length, before + dayOfMonth))
            {
                days.Add(before + dayOfMonth);
            }
        }
    }

    /// <summary>The day of the week of a day.</summary>
    public static DayOfWeek Weekday(int day) => (DayOfWeek)((day + 1) % 7);

    /// <summary>The first day of the week that a day is in; before the first day of all, when the first week of all has begun before it.</summary>
    public static int StartOfWeek(int day, DayOfWeek weekStart) => day - (((int)Weekday(day) - (int)weekStart + 7) % 7);

    private bool HasDay(int year, int dayOfMonth, int monthLength, int day) =>
        ((_monthDays & (1u << dayOfMonth)) != 0 || (_monthDaysFromEnd & (1u << (monthLength - dayOfMonth + 1))) != 0)
        && ((_weekdays & (1 << (int)Weekday(day))) != 0 || (_numbered.Length > 0 && HasNumberedWeekday(year, dayOfMonth, monthLength, day)))
        && (_yearDays.Length == 0 || HasYearDay(year, day))
        && (_weeks.Length == 0 || HasWeek(day));

    private bool HasNumberedWeekday(int year, int dayOfMonth, int monthLength, int day)
    {
        var (index, length) = _isNumberedInYear
            ? (day - new DateOnly(year, 1, 1).DayNumber, DateTime.IsLeapYear(year) ? 366 : 365)
            : (dayOfMonth - 1, monthLength);
        var weekday = Weekday(day);
        foreach (var numbered in _numbered)
        {
            if (numbered.Day == weekday && (numbered.Ordinal == (index / 7) + 1 || -numbered.Ordinal == ((length - 1 - index) / 7) + 1))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasYearDay(int year, int day)
    {
        var dayOfYear = day - new DateOnly(year, 1, 1).DayNumber + 1;
        return Array.IndexOf(_yearDays, dayOfYear) >= 0 || Array.IndexOf(_yearDays, dayOfYear - (DateTime.IsLeapYear(year) ? 367 : 366)) >= 0;
    }

    // A week belongs to the year that holds its fourth day, as in ISO 8601 but for the day that it begins with. So the first days of January
    // may be of the last week of the year before, and the last of December of week 1 of the next.
    private bool HasWeek(int day)
    {
        var fourth = StartOfWeek(day, _weekStart) + 3;
        if (fourth < 0)
        {
            return false;
        }

        var date = DateOnly.FromDayNumber(fourth);
        var week = ((date.DayOfYear - 1) / 7) + 1;
        if (Array.IndexOf(_weeks, week) >= 0)
        {
            return true;
        }

        // 28 December is always in the last week.
        var lastFourth = DateOnly.FromDayNumber(StartOfWeek(new DateOnly(date.Year, 12, 28).DayNumber, _weekStart) + 3);
        return Array.IndexOf(_weeks, week - (((lastFourth.DayOfYear - 1) / 7) + 1) - 1) >= 0;
    }
}
