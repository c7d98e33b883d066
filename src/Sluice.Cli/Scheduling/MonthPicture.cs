using System.Globalization;
using NodaTime;
using Sluice.Cli.Output;

namespace Sluice.Cli.Scheduling;

/// <summary>The weeks of a month to come, Monday first: each day opened, closed or partly, with its opened hours.</summary>
/// <param name="opened">When the gate is opened.</param>
/// <param name="times">The zone that is shown.</param>
/// <param name="now">The present time.</param>
internal sealed class MonthPicture(OpenedTimes opened, ShownTime times, DateTimeOffset now)
{
    private const int LabelWidth = 3;

    // ">29*▒ 23h30": the first is mostly a blank
    private const int NarrowestDay = 11;
    private const int WidestDay = 15;

    /// <summary>The days that are drawn: from the Monday of a day's week, for a month after that day, to a Sunday.</summary>
    public static IReadOnlyList<LocalDate> DaysOf(LocalDate first)
    {
        var monday = first.DayOfWeek == IsoDayOfWeek.Monday ? first : first.Previous(IsoDayOfWeek.Monday);
        var last = first.PlusMonths(1).PlusDays(-1);
        var days = Period.Between(monday, last, PeriodUnits.Days).Days + 1;
        return [.. Enumerable.Range(0, (days + 6) / 7 * 7).Select(monday.PlusDays)];
    }

    /// <summary>Draws it.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="days">The days, see <see cref="DaysOf"/>.</param>
    public void Draw(Terminal terminal, IReadOnlyList<Day> days)
    {
        var width = Math.Clamp((terminal.Width - LabelWidth) / 7, NarrowestDay, WidestDay);
        var header = new TextLine();
        for (var i = 0; i < 7; i++)
            header.PadTo(Column(i, width)).Add(" " + days[i].Date.ToString("ddd", CultureInfo.InvariantCulture), Tone.Dim);
        header.Print(terminal);
        foreach (var week in days.Chunk(7))
        {
            var named = ReferenceEquals(week[0], days[0]) ? week[0] : week.FirstOrDefault(day => day.Date.Day == 1);
            var line = new TextLine().Add(named?.Date.ToString("MMM", CultureInfo.InvariantCulture) ?? "", Tone.Dim);
            for (var i = 0; i < week.Length; i++)
                Add(line.PadTo(Column(i, width)), week[i]);
            line.Print(terminal);
        }
    }

    private static int Column(int day, int width) => LabelWidth + day * width;

    private void Add(TextLine line, Day day)
    {
        var fill = opened.FillOf(day.Whole.Duration == Duration.Zero ? [] : [day.Whole]);
        var isToday = times.DateOf(now) == day.Date;
        line.Add(string.Create(CultureInfo.InvariantCulture, $"{(isToday ? '>' : ' ')}{day.Date.Day,2}{(day.Note is null ? ' ' : '*')}"), isToday ? Tone.Plain : Tone.Dim);
        line.Add(fill.Sign().ToString(), fill.Tone());
        if (fill is Fill.Partly or Fill.Opened)
            line.Add(" " + OpenedHours.Of(opened.Within(Instant.Max(day.Whole.Start, opened.From), day.Whole.End)), fill.Tone());
    }
}
