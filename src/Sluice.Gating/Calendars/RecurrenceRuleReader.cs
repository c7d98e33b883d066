using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Gating.Calendars;

/// <summary>Reads recurrence rules (RFC 5545, section 3.3.10), and refuses what that section says must not be.</summary>
internal static class RecurrenceRuleReader
{
    /// <summary>Reads the rule in a property's value.</summary>
    /// <exception cref="CalendarFormatException">A part is unknown, given twice, out of range, or not allowed beside another.</exception>
    public static RecurrenceRule Read(ContentLine source)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in source.Value.Trim().Split(';'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == part.Length - 1)
            {
                throw source.NotA("a part of a rule; expected 'NAME=value' between semicolons", part);
            }

            if (!parts.TryAdd(part[..equals], part[(equals + 1)..]))
            {
                throw source.Problem($"{part[..equals].ToUpperInvariant()} is given twice");
            }
        }

        if (!parts.TryGetValue("FREQ", out var frequency))
        {
            throw source.NotA("a rule: it has no FREQ", source.Value);
        }

        var rule = parts.Aggregate(new RecurrenceRule(source, ReadFrequency(source, frequency)), (read, part) => With(read, part.Key, part.Value));
        Check(rule);
        return rule;
    }

    private static RecurrenceRule With(RecurrenceRule rule, string name, string value) => name.ToUpperInvariant() switch
    {
        "FREQ" => rule,
        "INTERVAL" => rule with { Interval = Number(rule.Source, "INTERVAL", value, 1, int.MaxValue) },
        "COUNT" => rule with { Count = Number(rule.Source, "COUNT", value, 1, int.MaxValue) },
        "UNTIL" => rule with { Until = value },
        // There are no leap seconds here: section 3.3.12 has them read as the second before.
        "BYSECOND" => rule with { Seconds = [.. Numbers(rule.Source, "BYSECOND", value, 0, 60).Select(second => Math.Min(second, 59)).Distinct()] },
        "BYMINUTE" => rule with { Minutes = Numbers(rule.Source, "BYMINUTE", value, 0, 59) },
        "BYHOUR" => rule with { Hours = Numbers(rule.Source, "BYHOUR", value, 0, 23) },
        "BYDAY" => rule with { Weekdays = [.. value.Split(',').Select(day => ReadWeekday(rule.Source, day)).Distinct()] },
        "BYMONTHDAY" => rule with { MonthDays = Numbers(rule.Source, "BYMONTHDAY", value, 1, 31, negative: true) },
        "BYYEARDAY" => rule with { YearDays = Numbers(rule.Source, "BYYEARDAY", value, 1, 366, negative: true) },
        "BYWEEKNO" => rule with { Weeks = Numbers(rule.Source, "BYWEEKNO", value, 1, 53, negative: true) },
        "BYMONTH" => rule with { Months = Numbers(rule.Source, "BYMONTH", value, 1, 12) },
        "BYSETPOS" => rule with { Positions = Numbers(rule.Source, "BYSETPOS", value, 1, 366, negative: true) },
        "WKST" => rule with { WeekStart = ReadDay(value) ?? throw rule.Source.NotA("a day for WKST; expected MO, TU, WE, TH, FR, SA or SU", value) },
        _ => throw rule.Source.NotA("a part of a rule that RFC 5545 knows", name),
    };

    private static void Check(RecurrenceRule rule)
    {
        var frequency = rule.Frequency;
        Refuse(rule.Count is not null && rule.Until is not null, "COUNT and UNTIL exclude each other");
        Refuse(!rule.Weeks.IsEmpty && frequency != Frequency.Yearly, "BYWEEKNO is for FREQ=YEARLY alone");
        Refuse(!rule.YearDays.IsEmpty && frequency is (Frequency.Daily or Frequency.Weekly or Frequency.Monthly),
            "BYYEARDAY is not for FREQ=DAILY, WEEKLY or MONTHLY");
        Refuse(!rule.MonthDays.IsEmpty && frequency == Frequency.Weekly, "BYMONTHDAY is not for FREQ=WEEKLY");
        Refuse(rule.Weekdays.Any(day => day.Ordinal != 0) && (frequency is not (Frequency.Monthly or Frequency.Yearly) || !rule.Weeks.IsEmpty),
            "a number before a day in BYDAY is for FREQ=MONTHLY and for FREQ=YEARLY without BYWEEKNO");
        Refuse(!rule.Positions.IsEmpty && rule.Seconds.IsEmpty && rule.Minutes.IsEmpty && rule.Hours.IsEmpty && rule.Weekdays.IsEmpty && rule.MonthDays.IsEmpty
            && rule.YearDays.IsEmpty && rule.Weeks.IsEmpty && rule.Months.IsEmpty, "BYSETPOS needs another BY part beside it");

        void Refuse(bool isWrong, string why)
        {
            if (isWrong)
            {
                throw rule.Source.Problem($"'{CalendarFormatException.Shorten(rule.Source.Value)}': {why}");
            }
        }
    }

    private static Frequency ReadFrequency(ContentLine source, string value) => value.ToUpperInvariant() switch
    {
        "SECONDLY" => Frequency.Secondly,
        "MINUTELY" => Frequency.Minutely,
        "HOURLY" => Frequency.Hourly,
        "DAILY" => Frequency.Daily,
        "WEEKLY" => Frequency.Weekly,
        "MONTHLY" => Frequency.Monthly,
        "YEARLY" => Frequency.Yearly,
        _ => throw source.NotA("a FREQ; expected SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY", value),
    };

    private static RuleWeekday ReadWeekday(ContentLine source, string text)
    {
        if (text.Length >= 2 && ReadDay(text[^2..]) is { } day)
        {
            return text.Length == 2 ? new(day, 0) : new(day, Number(source, "BYDAY", text[..^2], 1, 53, negative: true));
        }

        throw source.NotA("a day for BYDAY; expected MO, TU, WE, TH, FR, SA or SU, with a number before it or without", text);
    }

    private static DayOfWeek? ReadDay(string text) => text.ToUpperInvariant() switch
    {
        "SU" => DayOfWeek.Sunday,
        "MO" => DayOfWeek.Monday,
        "TU" => DayOfWeek.Tuesday,
        "WE" => DayOfWeek.Wednesday,
        "TH" => DayOfWeek.Thursday,
        "FR" => DayOfWeek.Friday,
        "SA" => DayOfWeek.Saturday,
        _ => null,
    };

    private static ImmutableArray<int> Numbers(ContentLine source, string part, string list, int least, int most, bool negative = false) =>
        [.. list.Split(',').Select(number => Number(source, part, number, least, most, negative)).Distinct().Order()];

    private static int Number(ContentLine source, string part, string text, int least, int most, bool negative = false)
    {
        var style = negative ? NumberStyles.AllowLeadingSign : NumberStyles.None;
        return int.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && (negative && number < 0 ? -(long)number : number) is var size
            && size >= least && size <= most
            ? number
            : throw source.NotA($"a value of {part}; expected {least} to {most}{(negative ? $" or -{most} to -{least}" : "")}", text);
    }
}
