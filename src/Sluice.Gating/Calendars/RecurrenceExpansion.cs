using System.Numerics;

namespace Sluice.Gating.Calendars;

/// <summary>
/// The times on the clock that a rule gives for a first occurrence. Time zones are no part of it: RFC 5545, section 3.3.10, has a rule
/// evaluated on the clock, and each time read in its zone afterwards.
/// </summary>
/// <remarks>
/// It can begin anywhere without going through what was before. A rule that matches nothing ends: days of the calendar repeat every 400 years
/// (146,097 days, a whole number of weeks), so whoever has looked at as many years, months, weeks or days in a row, whatever the interval
/// between them, has seen all that there are. Of hours, minutes and seconds, days that hold none are passed over as a whole.
/// </remarks>
internal sealed class RecurrenceExpansion
{
    private const int SecondsPerDay = 86_400;
    private const int DaysPerCycle = 146_097;

    private readonly RecurrenceRule _rule;
    private readonly RecurrenceDays _days;
    private readonly DateTime _first;
    private readonly int _firstDay;
    private readonly DateTime _last;
    private readonly int[] _hours;
    private readonly int[] _minutes;
    private readonly int[] _seconds;
    private readonly int _secondsPerUnit;

    // For each remainder that a unit of the day can have by the interval, whether one that the rule admits has it; null: each has.
    private readonly bool[]? _remainders;

    /// <summary>Prepares a rule.</summary>
    /// <param name="rule">The rule; its <c>UNTIL</c> is not looked at.</param>
    /// <param name="first">The first occurrence on the clock, in whole seconds: where the intervals begin.</param>
    /// <param name="last">The last time there may be.</param>
    /// <param name="limit">How long this may take.</param>
    /// <exception cref="CalendarFormatException">It takes too long.</exception>
    public RecurrenceExpansion(RecurrenceRule rule, DateTime first, DateTime last, StepLimit limit)
    {
        _rule = rule;
        _days = new(rule, first);
        _first = first;
        _firstDay = DayOf(first);
        _last = last;
        _hours = rule.Hours.IsEmpty ? [first.Hour] : [.. rule.Hours];
        _minutes = rule.Minutes.IsEmpty ? [first.Minute] : [.. rule.Minutes];
        _seconds = rule.Seconds.IsEmpty ? [first.Second] : [.. rule.Seconds];
        _secondsPerUnit = rule.Frequency switch { Frequency.Secondly => 1, Frequency.Minutely => 60, Frequency.Hourly => 3600, _ => SecondsPerDay };
        _remainders = _secondsPerUnit < SecondsPerDay ? FindRemainders(limit) : null;
        _last = _secondsPerUnit < SecondsPerDay && !HasUnits() ? DateTime.MinValue : FindLast(limit);
    }

    /// <summary>Whether there is any time at all.</summary>
    public bool IsEmpty => _last < _first;

    /// <summary>The times from <paramref name="earliest"/> on, in order, each once.</summary>
    public IEnumerable<DateTime> From(DateTime earliest) => _last < earliest ? [] : Times(earliest, null);

    private static int DayOf(DateTime time) => DateOnly.FromDateTime(time).DayNumber;

    // With COUNT, the last time is found once, so that nobody has to count again. A rule that gives nothing at all is known by it.
    private DateTime FindLast(StepLimit limit)
    {
        var counted = 0;
        var last = DateTime.MinValue;
        foreach (var time in Times(_first, limit))
        {
            if (_rule.Count is null)
            {
                return _last;
            }

            // The first occurrence counts, also where the rule would not have given it (RFC 5545, section 3.8.5.3).
            counted += counted == 0 && time != _first ? 2 : 1;
            if (counted > _rule.Count)
            {
                return last;
            }

            limit.Take(_rule.Source);
            last = time;
        }

        return last;
    }

    private IEnumerable<DateTime> Times(DateTime earliest, StepLimit? limit)
    {
        earliest = earliest < _first ? _first : earliest;
        var periods = _secondsPerUnit < SecondsPerDay ? UnitsOfDays(earliest, limit) : Periods(earliest, limit);
        foreach (var (days, hours, minutes, seconds) in periods)
        {
            var set = new RecurrenceSet(days, hours, minutes, seconds);
            foreach (var time in set.From(earliest, _rule.Positions))
            {
                if (time > _last)
                {
                    yield break;
                }

                yield return time;
            }
        }
    }

    private IEnumerable<(List<int> Days, int[] Hours, int[] Minutes, int[] Seconds)> Periods(DateTime earliest, StepLimit? limit)
    {
        var days = new List<int>();
        long interval = _rule.Interval;
        var lastDay = Math.Min(DayOf(_last), RecurrenceDays.Last);
        var cycle = _rule.Frequency switch { Frequency.Yearly => 400, Frequency.Monthly => 4_800, Frequency.Weekly => DaysPerCycle / 7, _ => DaysPerCycle };
        var firstPeriod = PeriodOf(_first);
        var number = (PeriodOf(earliest) - firstPeriod) / interval;
        for (var lastFound = number; number - lastFound <= cycle; number++)
        {
            limit?.Take(_rule.Source);
            var period = firstPeriod + (number * interval);
            if (StartOf(period) > lastDay)
            {
                yield break;
            }

            days.Clear();
            AddDays((int)period, days);
            if (days.Count > 0 && HasPosition((long)days.Count * _hours.Length * _minutes.Length * _seconds.Length))
            {
                lastFound = number;
                yield return (days, _hours, _minutes, _seconds);
            }
        }
    }

    // Years, months, weeks and days counted from the year 1.
    private long PeriodOf(DateTime time) => _rule.Frequency switch
    {
        Frequency.Yearly => time.Year,
        Frequency.Monthly => (time.Year * 12) + time.Month - 1,
        Frequency.Weekly => (RecurrenceDays.StartOfWeek(DayOf(time), _rule.WeekStart) + 7) / 7,
        _ => DayOf(time),
    };

    private long StartOf(long period) => _rule.Frequency switch
    {
        Frequency.Yearly => (period - 1) * 365,
        Frequency.Monthly => (period - 12) * 30,
        Frequency.Weekly => (period - 1) * 7,
        _ => period,
    };

    private void AddDays(int period, List<int> days)
    {
        switch (_rule.Frequency)
        {
            case Frequency.Yearly when period <= 9998:
                for (var month = 1; month <= 12; month++)
                {
                    _days.AddMonth(period, month, days);
                }

                break;
            case Frequency.Monthly when period / 12 <= 9998:
                _days.AddMonth(period / 12, (period % 12) + 1, days);
                break;
            case Frequency.Weekly:
                var start = RecurrenceDays.StartOfWeek(((period - 1) * 7) + 6, _rule.WeekStart);
                for (var day = Math.Max(start, 0); day < start + 7 && day <= RecurrenceDays.Last; day++)
                {
                    if (_days.Has(day))
                    {
                        days.Add(day);
                    }
                }

                break;
            case Frequency.Daily when _days.Has(period):
                days.Add(period);
                break;
            default:
                break;
        }
    }

    private IEnumerable<(List<int> Days, int[] Hours, int[] Minutes, int[] Seconds)> UnitsOfDays(DateTime earliest, StepLimit? limit)
    {
        var days = new List<int>(1) { 0 };
        long unitsPerDay = SecondsPerDay / _secondsPerUnit;
        long interval = _rule.Interval;
        var firstUnit = UnitOf(_first);
        var lastUnit = Math.Min(UnitOf(_last), ((RecurrenceDays.Last + 1) * unitsPerDay) - 1);
        var unit = Next(UnitOf(earliest));
        while (unit <= lastUnit)
        {
            limit?.Take(_rule.Source);
            var day = (int)(unit / unitsPerDay);
            var (year, month, _) = DateOnly.FromDayNumber(day);
            if (!_days.HasMonth(month))
            {
                unit = Next((new DateOnly(year, month, 1).AddMonths(1).DayNumber) * unitsPerDay);
                continue;
            }

            if (!_days.Has(day) || !HasUnit(day, unitsPerDay))
            {
                unit = Next((day + 1) * unitsPerDay);
                continue;
            }

            var second = (int)(unit % unitsPerDay) * _secondsPerUnit;
            var (hour, minute) = (second / 3600, second / 60 % 60);
            if (!_rule.Hours.IsEmpty && !_rule.Hours.Contains(hour))
            {
                unit = Next((day * unitsPerDay) + ((hour + 1) * 3600 / _secondsPerUnit));
                continue;
            }

            if (_rule.Frequency != Frequency.Hourly && !_rule.Minutes.IsEmpty && !_rule.Minutes.Contains(minute))
            {
                unit = Next((day * unitsPerDay) + (((hour * 60) + minute + 1) * 60 / _secondsPerUnit));
                continue;
            }

            if (_rule.Frequency != Frequency.Secondly || _rule.Seconds.IsEmpty || _rule.Seconds.Contains(second % 60))
            {
                days[0] = day;
                yield return (days, [hour],
                    _rule.Frequency == Frequency.Hourly ? _minutes : [minute],
                    _rule.Frequency == Frequency.Secondly ? [second % 60] : _seconds);
            }

            unit += interval;
        }

        long UnitOf(DateTime time) => time.Ticks / TimeSpan.TicksPerSecond / _secondsPerUnit;

        // The first unit of the rule that is not before this one.
        long Next(long least) => firstUnit + ((least - firstUnit + interval - 1) / interval * interval);
    }

    // Whether there is any hour, minute or second, whatever the day.
    private bool HasUnits() => (_remainders is null || _remainders.Contains(true)) && HasPosition(_rule.Frequency switch
    {
        Frequency.Hourly => _minutes.Length * _seconds.Length,
        Frequency.Minutely => _seconds.Length,
        _ => 1,
    });

    private bool HasPosition(long count) => _rule.Positions.IsEmpty || _rule.Positions.Any(position => Math.Abs(position) <= count);

    private bool HasUnit(int day, long unitsPerDay)
    {
        long interval = _rule.Interval;
        var first = (long)_firstDay * unitsPerDay;
        first += _first.TimeOfDay.Ticks / TimeSpan.TicksPerSecond / _secondsPerUnit;
        var remainder = (first - (day * unitsPerDay)) % interval;
        remainder += remainder < 0 ? interval : 0;
        return remainder < unitsPerDay && (_remainders is null || _remainders[remainder]);
    }

    private bool[]? FindRemainders(StepLimit limit)
    {
        if (_rule.Hours.IsEmpty && (_rule.Minutes.IsEmpty || _rule.Frequency == Frequency.Hourly) && (_rule.Seconds.IsEmpty || _rule.Frequency != Frequency.Secondly))
        {
            return null;
        }

        var unitsPerDay = SecondsPerDay / _secondsPerUnit;
        limit.Take(_rule.Source, unitsPerDay / 16);
        var found = new bool[Math.Min(_rule.Interval, unitsPerDay)];
        // From day to day the units move by a multiple of this, so that they never come to those in between.
        var step = (int)BigInteger.GreatestCommonDivisor(_rule.Interval, unitsPerDay);
        var first = (int)_first.TimeOfDay.TotalSeconds / _secondsPerUnit;
        for (var unit = 0; unit < unitsPerDay; unit++)
        {
            var second = unit * _secondsPerUnit;
            if ((unit - first) % step == 0 && (_rule.Hours.IsEmpty || _rule.Hours.Contains(second / 3600))
                && (_rule.Frequency == Frequency.Hourly || _rule.Minutes.IsEmpty || _rule.Minutes.Contains(second / 60 % 60))
                && (_rule.Frequency != Frequency.Secondly || _rule.Seconds.IsEmpty || _rule.Seconds.Contains(second % 60)))
            {
                found[unit % _rule.Interval] = true;
            }
        }

        return found;
    }
}
