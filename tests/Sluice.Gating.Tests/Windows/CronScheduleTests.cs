using NodaTime;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Tests.Windows;

/// <summary>The dialect of Kubernetes CronJobs, and what is refused.</summary>
public sealed class CronScheduleTests
{
    private const string Expected = "expected five fields (minute, hour, day of month, month, day of week), for example '0 2 * * *', or a macro such as '@daily'";
    private const string Macros = "expected one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, or five fields";

    [Theory]
    [InlineData("0 2 * * *", "2026-01-01T02:00, 2026-01-02T02:00, 2026-01-03T02:00")]
    [InlineData("  0   2 * *\t* ", "2026-01-01T02:00, 2026-01-02T02:00, 2026-01-03T02:00")]
    [InlineData("@hourly", "2026-01-01T01:00, 2026-01-01T02:00, 2026-01-01T03:00")]
    [InlineData("@daily", "2026-01-02T00:00, 2026-01-03T00:00, 2026-01-04T00:00")]
    [InlineData("@midnight", "2026-01-02T00:00, 2026-01-03T00:00, 2026-01-04T00:00")]
    [InlineData("@weekly", "2026-01-04T00:00, 2026-01-11T00:00, 2026-01-18T00:00")]
    [InlineData("@monthly", "2026-02-01T00:00, 2026-03-01T00:00, 2026-04-01T00:00")]
    [InlineData("@yearly", "2027-01-01T00:00, 2028-01-01T00:00, 2029-01-01T00:00")]
    [InlineData("@annually", "2027-01-01T00:00, 2028-01-01T00:00, 2029-01-01T00:00")]
    [InlineData("@DAILY", "2026-01-02T00:00, 2026-01-03T00:00, 2026-01-04T00:00")]
    [InlineData("0 0 * * 0", "2026-01-04T00:00, 2026-01-11T00:00, 2026-01-18T00:00")]
    [InlineData("0 0 * * 7", "2026-01-04T00:00, 2026-01-11T00:00, 2026-01-18T00:00")]
    [InlineData("0 0 * * SUN", "2026-01-04T00:00, 2026-01-11T00:00, 2026-01-18T00:00")]
    [InlineData("0 0 * * sun", "2026-01-04T00:00, 2026-01-11T00:00, 2026-01-18T00:00")]
    [InlineData("0 0 * * 5-7", "2026-01-02T00:00, 2026-01-03T00:00, 2026-01-04T00:00, 2026-01-09T00:00")]
    [InlineData("0 0 * * 1/2", "2026-01-02T00:00, 2026-01-05T00:00, 2026-01-07T00:00, 2026-01-09T00:00, 2026-01-12T00:00")]
    [InlineData("0 0 * * MON/2", "2026-01-02T00:00, 2026-01-05T00:00, 2026-01-07T00:00, 2026-01-09T00:00, 2026-01-12T00:00")]
    [InlineData("0 0 * * */2", "2026-01-03T00:00, 2026-01-04T00:00, 2026-01-06T00:00, 2026-01-08T00:00")]
    [InlineData("0 0 1 jan,FEB *", "2026-02-01T00:00, 2027-01-01T00:00, 2027-02-01T00:00")]
    [InlineData("0 0 29 2 *", "2028-02-29T00:00, 2032-02-29T00:00, 2036-02-29T00:00")]
    [InlineData("50/5 23 31 * *", "2026-01-31T23:50, 2026-01-31T23:55, 2026-03-31T23:50")]
    [InlineData("? ? ? ? ?", "2026-01-01T00:01, 2026-01-01T00:02, 2026-01-01T00:03")]
    public void An_expression_starts_at(string text, string expected) => Starts(text, expected.Split(", ").Length).Should().Equal(expected.Split(", "));

    [Theory]
    [InlineData("0 0 13 * 5", "2026-01-02, 2026-01-09, 2026-01-13, 2026-01-16")] // the 13th, or a Friday
    [InlineData("0 0 13 * *", "2026-01-13, 2026-02-13, 2026-03-13")]
    [InlineData("0 0 13 * ?", "2026-01-13, 2026-02-13, 2026-03-13")]
    [InlineData("0 0 ? * 5", "2026-01-02, 2026-01-09, 2026-01-16")]
    [InlineData("0 0 */1 * 5", "2026-01-02, 2026-01-09, 2026-01-16")]
    [InlineData("0 0 13 * */1", "2026-01-13, 2026-02-13, 2026-03-13")]
    [InlineData("0 0 */10 * 5", "2026-01-02, 2026-01-09, 2026-01-11, 2026-01-16, 2026-01-21, 2026-01-23")] // a step is a restriction
    [InlineData("0 0 1-31 * 5", "2026-01-02, 2026-01-03, 2026-01-04")] // so is a range, even of all days
    [InlineData("0 0 13 * 0-6", "2026-01-02, 2026-01-03, 2026-01-04")]
    [InlineData("0 0 30 2 1", "2026-02-02, 2026-02-09, 2026-02-16")] // 30 February never happens, Mondays do
    public void A_day_of_the_month_and_a_day_of_the_week_mean_either_where_both_are_restricted(string text, string expected) =>
        Starts(text, expected.Split(", ").Length).Should().Equal(expected.Split(", ").Select(date => date + "T00:00"));

    [Theory]
    [InlineData("0 0 L * *", "2026-01-31T00:00, 2026-02-28T00:00, 2026-03-31T00:00")]
    [InlineData("0 0 LW * *", "2026-01-30T00:00, 2026-02-27T00:00, 2026-03-31T00:00")]
    [InlineData("0 0 1W * *", "2026-02-02T00:00, 2026-03-02T00:00, 2026-04-01T00:00")]
    [InlineData("0 0 * * 2#2", "2026-01-13T00:00, 2026-02-10T00:00, 2026-03-10T00:00")]
    [InlineData("0 0 * * 5L", "2026-01-30T00:00, 2026-02-27T00:00, 2026-03-27T00:00")]
    [InlineData("0 22-2 * * *", "2026-01-01T01:00, 2026-01-01T02:00, 2026-01-01T22:00")]
    public void What_Cronos_knows_beyond_Kubernetes_is_accepted(string text, string expected) => Starts(text, expected.Split(", ").Length).Should().Equal(expected.Split(", "));

    [Theory]
    [InlineData("", $"'' has 0 fields; {Expected}")]
    [InlineData("0 2 * *", $"'0 2 * *' has 4 fields; {Expected}")]
    [InlineData("0 0 2 * * *", $"'0 0 2 * * *' has 6 fields; {Expected}")]
    [InlineData("@every 1h", $"'@every 1h' is not a macro; {Macros}")]
    [InlineData("@reboot", $"'@reboot' is not a macro; {Macros}")]
    [InlineData("TZ=Europe/Berlin 0 2 * * *", "'TZ=Europe/Berlin 0 2 * * *' names a time zone; expected it in the field timeZone")]
    [InlineData("CRON_TZ=UTC 0 2 * * *", "'CRON_TZ=UTC 0 2 * * *' names a time zone; expected it in the field timeZone")]
    [InlineData("0 0 30 2 *", "'0 0 30 2 *' never happens; expected a date that exists")]
    [InlineData("0 0 31 4,6,9,11 *", "'0 0 31 4,6,9,11 *' never happens; expected a date that exists")]
    public void What_cannot_be_read_is_refused_with_what_is_expected(string text, string problem)
    {
        CronSchedule.TryParse(text, out var schedule, out var seen).Should().BeFalse();
        schedule.Should().BeNull();
        seen.Should().Be(problem);
    }

    [Theory]
    [InlineData("60 2 * * *")]
    [InlineData("0 24 * * *")]
    [InlineData("0 2 0 * *")]
    [InlineData("0 2 32 * *")]
    [InlineData("0 2 * 13 *")]
    [InlineData("0 2 * * 8")]
    [InlineData("0 2 * * FRYDAY")]
    [InlineData("*/0 2 * * *")]
    [InlineData("-1 2 * * *")]
    [InlineData("0 2 * * 1,")]
    [InlineData("a b c d e")]
    [InlineData("H 2 * * *")]
    [InlineData("0 2 * * /2")]
    [InlineData("0 0 *,13 * 5")] // Kubernetes reads it, as *
    [InlineData("*/90 2 * * *")] // Kubernetes reads it, as 0
    public void A_field_that_cannot_be_read_is_refused_with_the_expression_and_what_is_expected(string text)
    {
        CronSchedule.TryParse(text, out _, out var problem).Should().BeFalse();
        problem.Should().StartWith($"'{text}' is not a cron expression (").And.EndWith($"); {Expected}");
    }

    [Fact]
    public void A_long_text_is_not_repeated_in_full()
    {
        CronSchedule.TryParse(new string('x', 5000), out _, out var problem).Should().BeFalse();
        problem!.Length.Should().BeLessThan(300);
    }

    private static IEnumerable<string> Starts(string text, int count)
    {
        CronSchedule.TryParse(text, out var schedule, out var problem).Should().BeTrue(problem);
        LocalDateTime? at = new LocalDateTime(2026, 1, 1, 0, 0);
        for (var i = 0; i < count && at is { } after; i++)
        {
            at = schedule!.Next(after);
            yield return at?.ToString("yyyy-MM-dd'T'HH:mm", null) ?? "never";
        }
    }
}
