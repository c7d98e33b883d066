using System.Globalization;
using NodaTime;
using Sluice.Cli.Output;

namespace Sluice.Cli.Scheduling;

/// <summary>
/// Seven days, a row each, by the hours that the clock shows. What the clock skips is left blank; where an hour comes twice its cells are
/// twice as long, and the row says how many hours the day has: <c>3h/25h</c>.
/// </summary>
/// <param name="opened">When the gate is opened.</param>
/// <param name="times">The zone that is shown.</param>
/// <param name="now">The present time.</param>
internal sealed class WeekPicture(OpenedTimes opened, ShownTime times, DateTimeOffset now)
{
    /// <summary>How many days are drawn.</summary>
    public const int Days = 7;

    private const int LabelWidth = 11;

    // Two blanks, and "23h30/24.5h".
    private const int TotalWidth = 13;

    /// <summary>Draws it.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="days">The days.</param>
    public void Draw(Terminal terminal, IReadOnlyList<Day> days)
    {
        var perHour = PerHour(terminal.Width);
        var cell = TimeSpan.FromHours(1) / perHour;
        new TextLine().PadTo(LabelWidth).Add(Hours(perHour), Tone.Dim).Print(terminal);
        foreach (var day in days)
        {
            var isToday = times.DateOf(now) == day.Date;
            var line = new TextLine().Add(ShownTime.Day(day.Date), isToday ? Tone.Plain : Tone.Dim).PadTo(LabelWidth);
            for (var index = 0; index < 24 * perHour; index++)
            {
                var fill = opened.FillOf(day.Pieces(cell * index, cell));
                line.Add(fill.Sign().ToString(), fill.Tone());
            }

            line.Add("  " + Total(day)).Print(terminal);
            if (isToday)
                new TextLine().PadTo(LabelWidth).Add(Mark(24 * perHour, cell), Tone.Waiting).Print(terminal);
        }
    }

    private static int PerHour(int width) => width switch
    {
        >= LabelWidth + 96 + TotalWidth => 4,
        >= LabelWidth + 48 + TotalWidth => 2,
        _ => 1,
    };

    private static string Hours(int perHour)
    {
        var step = perHour switch { 4 => 2, 2 => 3, _ => 6 };
        var labels = Enumerable.Range(0, 24 / step).Select(index => (index * step).ToString(CultureInfo.InvariantCulture).PadRight(step * perHour));
        return string.Concat(labels) + "24";
    }

    private string Total(Day day)
    {
        var hours = OpenedHours.Of(opened.Within(Instant.Max(day.Whole.Start, opened.From), Instant.Max(day.Whole.End, opened.From)));
        return day.OddHours is { } odd ? $"{(hours.Length == 0 ? "0h" : hours)}/{odd}h" : hours;
    }

    private string Mark(int width, TimeSpan cell)
    {
        var clock = Instant.FromDateTimeOffset(now).InZone(times.Zone).TimeOfDay;
        var column = (int)(clock.TickOfDay / cell.Ticks);
        var text = $"now, {times.TimeOfDay(now)}";
        return column + 2 + text.Length <= width ? new string(' ', column) + "▲ " + text : $"{text} ▲".PadLeft(column + 1);
    }
}
