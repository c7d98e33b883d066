using System.Collections.Immutable;

namespace Sluice.Gating.Calendars;

/// <summary>
/// The times that a rule gives within one of its years, months, days, ...: each of the times of day on each of the days. They are computed
/// by their number, never stored, since a rule of a few letters can give thirty million a year.
/// </summary>
/// <param name="days">The days, in order.</param>
/// <param name="hours">The hours, in order.</param>
/// <param name="minutes">The minutes, in order.</param>
/// <param name="seconds">The seconds, in order.</param>
internal readonly struct RecurrenceSet(List<int> days, int[] hours, int[] minutes, int[] seconds)
{
    private long Count => (long)days.Count * PerDay;

    private int PerDay => hours.Length * minutes.Length * seconds.Length;

    /// <summary>The times from <paramref name="earliest"/> on, in order, each once; only those at <paramref name="positions"/>, where there are any.</summary>
    public IEnumerable<DateTime> From(DateTime earliest, ImmutableArray<int> positions)
    {
        var count = Count;
        if (positions.IsEmpty)
        {
            for (var index = FirstFrom(earliest); index < count; index++)
            {
                yield return At(index);
            }

            yield break;
        }

        // From the front and from the back the same one may be meant.
        foreach (var index in positions.Select(position => position > 0 ? position - 1 : count + position).Where(index => index >= 0 && index < count).Distinct().Order())
        {
            if (At(index) is var time && time >= earliest)
            {
                yield return time;
            }
        }
    }

    private DateTime At(long index)
    {
        var (day, rest) = Math.DivRem(index, PerDay);
        (var hour, rest) = Math.DivRem(rest, minutes.Length * seconds.Length);
        var (minute, second) = Math.DivRem(rest, seconds.Length);
        return DateOnly.FromDayNumber(days[(int)day]).ToDateTime(new(hours[hour], minutes[minute], seconds[second]));
    }

    private long FirstFrom(DateTime earliest)
    {
        var (least, most) = (0L, Count);
        while (least < most)
        {
            var middle = (least + most) / 2;
            (least, most) = At(middle) < earliest ? (middle + 1, most) : (least, middle);
        }

        return least;
    }
}
