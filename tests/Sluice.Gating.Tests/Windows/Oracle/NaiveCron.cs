namespace Sluice.Gating.Tests.Windows.Oracle;

/// <summary>
/// A cron expression, read naively in the dialect of Kubernetes CronJobs: a table of what matches for each field, and nothing about when it matches next.
/// </summary>
internal sealed class NaiveCron
{
    private static readonly Dictionary<string, string> Macros = new()
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly bool[] _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _either;

    public NaiveCron(string text)
    {
        var fields = Macros.GetValueOrDefault(text, text).Split(' ');
        _minutes = Table(fields[0], 0, 59, []);
        _hours = Table(fields[1], 0, 23, []);
        _days = Table(fields[2], 1, 31, []);
        _months = Table(fields[3], 1, 12, Months);
        _weekdays = Table(fields[4], 0, 6, Weekdays);
        _either = IsRestricted(fields[2]) && IsRestricted(fields[4]);
    }

    public bool MatchesTime(int hour, int minute) => _hours[hour] && _minutes[minute];

    /// <param name="month">1 to 12.</param>
    /// <param name="day">1 to 31.</param>
    /// <param name="weekday">0 to 6, from Sunday.</param>
    public bool MatchesDay(int month, int day, int weekday) =>
        _months[month] && (_either ? _days[day] || _weekdays[weekday] : _days[day] && _weekdays[weekday]);

    private static bool IsRestricted(string field) => !field.Split(',').Any(item => item is "*" or "?" or "*/1");

    private static bool[] Table(string field, int first, int last, string[] names)
    {
        var table = new bool[last + 1];
        foreach (var item in field.Split(','))
        {
            var (range, step) = item.Split('/') is [var r, var s] ? (r, int.Parse(s, null)) : (item, 0);
            var (from, to) = range switch
            {
                "*" or "?" => (first, last),
                _ when range.Split('-') is [var a, var b] => (Number(a), Number(b)),
                _ => (Number(range), step > 0 ? last : Number(range)),
            };
            for (var value = from; value <= to; value += Math.Max(step, 1))
            {
                // Of all fields, only the day of the week has a second name for one of its values.
                table[value > last ? value - last - 1 : value] = true;
            }
        }

        return table;

        int Number(string text) => Array.IndexOf(names, text) is var index and >= 0 ? index + first : int.Parse(text, null);
    }
}
