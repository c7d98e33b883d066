using CsCheck;
using Ical.Net;
using Ical.Net.DataTypes;
using NodaTime;
using static Sluice.Gating.Tests.Calendars.CalendarReading;

namespace Sluice.Gating.Tests.Calendars;

/// <summary>Random rules, as Sluice and as Ical.Net read them.</summary>
public sealed class RandomRuleTests
{
    private static readonly Gen<string> WeekdayNames = Gen.OneOf("MO", "TU", "WE", "TH", "FR", "SA", "SU");
    private static readonly Gen<string> NumberedWeekdays = Gen.Select(Gen.OneOf("", "1", "2", "4", "5", "-1", "-2"), WeekdayNames, (ordinal, day) => ordinal + day);

    private static readonly Gen<string> Rules = Gen.OneOf("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY").SelectMany(frequency => Gen.Select(
        Gen.Int[1, 4],
        Sometimes("BYMONTH", Numbers(1, 12)),
        frequency == "YEARLY" ? Sometimes("BYYEARDAY", Numbers(1, 366, true)) : Gen.Const(""),
        frequency != "WEEKLY" ? Sometimes("BYMONTHDAY", Numbers(1, 31, true)) : Gen.Const(""),
        Sometimes("BYDAY", List(frequency is "YEARLY" or "MONTHLY" ? NumberedWeekdays : WeekdayNames)),
        Sometimes("BYHOUR", Numbers(0, 23)),
        Sometimes("BYMINUTE", Numbers(0, 59)),
        Gen.OneOf("", "", "", ";WKST=SU", ";WKST=WE"),
        (interval, month, yearDay, monthDay, day, hour, minute, weekStart) => $"FREQ={frequency};INTERVAL={interval}{month}{yearDay}{monthDay}{day}{hour}{minute}{weekStart}"))
        // Ical.Net ignores the months beside days of the year.
        .Where(rule => !rule.Contains("BYYEARDAY", StringComparison.Ordinal) || !rule.Contains("BYMONTH=", StringComparison.Ordinal))
        // Days of the month without a month are those of every month here, as in python-dateutil, and those of the first start's month there.
        .Where(rule => !rule.StartsWith("FREQ=YEARLY", StringComparison.Ordinal) || !rule.Contains("BYMONTHDAY", StringComparison.Ordinal) || rule.Contains("BYMONTH=", StringComparison.Ordinal));

    [Fact]
    public void A_rule_gives_what_Ical_Net_gives() => Gen.Select(Rules, Gen.Int[0, 9000], Gen.Int[0, 23]).Sample((rule, day, hour) =>
    {
        var start = new LocalDateTime(2000, 1, 1, hour, 0).PlusDays(day);
        var text = Event($"DTSTART:{start:yyyyMMdd'T'HHmmss}Z", "DURATION:PT1M", $"RRULE:{rule}");
        var until = start.PlusYears(12);

        // The first start is left out, since Ical.Net does not give it where the rule does not; and it gives some times more than once.
        var ours = Read(text).OccurrencesFrom(Begin).Select(occurrence => occurrence.Start.InUtc().LocalDateTime).Where(time => time > start).TakeWhile(time => time < until).Take(30).ToList();
        List<LocalDateTime> theirs;
        try
        {
            theirs = [.. Ical.Net.Calendar.Load(text)!.GetOccurrences(null, new() { MaxUnmatchedIncrementsLimit = 300_000 }).Select(occurrence => LocalDateTime.FromDateTime(occurrence.Period.StartTime.AsUtc)).Where(time => time > start).TakeWhile(time => time < until).Distinct().Take(30)];
        }
        catch (Ical.Net.Evaluation.EvaluationException)
        {
            return;
        }

        ours.Should().Equal(theirs, text);
    }, iter: 500, threads: 1);

    private static Gen<string> Sometimes(string name, Gen<string> list) => Gen.Frequency((3, Gen.Const("")), (1, list.Select(values => $";{name}={values}")));

    private static Gen<string> Numbers(int least, int most, bool negative = false) =>
        List(Gen.Select(Gen.Int[least, most], Gen.Bool, (number, isNegative) => $"{(negative && isNegative ? -number : number)}"));

    private static Gen<string> List(Gen<string> values) => values.Array[1, 4].Select(list => string.Join(',', list));
}
