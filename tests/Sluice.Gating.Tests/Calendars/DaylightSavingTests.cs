using NodaTime;
using static Sluice.Gating.Tests.Calendars.CalendarReading;

namespace Sluice.Gating.Tests.Calendars;

public sealed class DaylightSavingTests
{
    [Fact]
    public void A_start_that_the_clock_skips_is_the_first_instant_after_the_gap() =>
        Stretches(Event("DTSTART;TZID=Europe/Berlin:20260328T023000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")).Should().Equal(
            "2026-03-28T01:30:00Z/2026-03-28T02:30:00Z", "2026-03-29T01:00:00Z/2026-03-29T02:00:00Z", "2026-03-30T00:30:00Z/2026-03-30T01:30:00Z");

    [Fact]
    public void A_start_that_the_clock_shows_twice_is_the_first_of_them() =>
        Stretches(Event("DTSTART;TZID=Europe/Berlin:20261024T023000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")).Should().Equal(
            "2026-10-24T00:30:00Z/2026-10-24T01:30:00Z", "2026-10-25T00:30:00Z/2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z/2026-10-26T02:30:00Z");

    [Fact]
    public void Times_of_an_hourly_rule_that_come_to_one_instant_are_one() =>
        Stretches(Event("DTSTART;TZID=Europe/Berlin:20260329T013000", "DURATION:PT10M", "RRULE:FREQ=MINUTELY;INTERVAL=30;COUNT=5")).Should().Equal(
            "2026-03-29T00:30:00Z/2026-03-29T00:40:00Z", "2026-03-29T01:00:00Z/2026-03-29T01:10:00Z", "2026-03-29T01:30:00Z/2026-03-29T01:40:00Z");

    [Theory]
    // Twelve hours by the clock of the first day; what elapses is what counts from then on (RFC 5545, section 3.8.5.3).
    [InlineData("DTEND;TZID=Europe/Berlin:20260328T100000", "2026-03-28T21:00:00Z/2026-03-29T09:00:00Z")]
    [InlineData("DURATION:PT12H", "2026-03-28T21:00:00Z/2026-03-29T09:00:00Z")]
    // A day is a day, of 23 hours here (section 3.3.6).
    [InlineData("DURATION:P1D", "2026-03-28T21:00:00Z/2026-03-29T20:00:00Z")]
    [InlineData("DURATION:P1DT1H", "2026-03-28T21:00:00Z/2026-03-29T21:00:00Z")]
    [InlineData("DURATION:PT24H", "2026-03-28T21:00:00Z/2026-03-29T21:00:00Z")]
    public void Hours_elapse_and_days_are_days_on_the_clock(string end, string second) =>
        Stretches(Event("DTSTART;TZID=Europe/Berlin:20260327T220000", end, "RRULE:FREQ=DAILY;COUNT=2")).ElementAt(1).Should().Be(second);

    [Theory]
    [InlineData("013000", "023000", "2026-03-29T00:30:00Z/2026-03-29T01:30:00Z")]
    [InlineData("023000", "040000", "2026-03-29T01:00:00Z/2026-03-29T02:00:00Z")]
    [InlineData("021500", "024500", "2026-03-29T01:00:00Z/2026-03-29T01:45:00Z")]
    public void A_skipped_time_never_makes_an_event_shorter_than_it_is_written(string start, string end, string expected) =>
        Stretches(Event($"DTSTART;TZID=Europe/Berlin:20260329T{start}", $"DTEND;TZID=Europe/Berlin:20260329T{end}")).Should().Equal(expected);

    [Fact]
    public void A_day_that_a_zone_skipped_takes_no_time() =>
        Stretches(Event("DTSTART;VALUE=DATE:20111229", "RRULE:FREQ=DAILY;COUNT=3"), DateTimeZoneProviders.Tzdb["Pacific/Apia"]).Should().Equal(
            "2011-12-29T10:00:00Z/2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z/2011-12-31T10:00:00Z");

    [Fact]
    public void Half_an_hour_is_skipped_on_Lord_Howe() =>
        Stretches(Event("DTSTART;TZID=Australia/Lord_Howe:20261003T021500", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")).Should().Equal(
            "2026-10-02T15:45:00Z/2026-10-02T16:45:00Z", "2026-10-03T15:30:00Z/2026-10-03T16:30:00Z");

    [Fact]
    public void Nothing_is_left_out_whatever_instant_is_asked_for_around_a_change()
    {
        foreach (var (zone, year, month, day) in new[] { ("Europe/Berlin", 2026, 3, 29), ("Europe/Berlin", 2026, 10, 25), ("Pacific/Apia", 2011, 12, 30), ("America/Sao_Paulo", 2018, 11, 4), ("Australia/Lord_Howe", 2026, 4, 5) })
        {
            var around = Instant.FromUtc(year, month, day, 0, 0);
            foreach (var length in new[] { "DURATION:PT20M", "DURATION:P1D", "DURATION:P1DT90M", "DURATION:PT30H" })
            {
                var start = around.Minus(Duration.FromDays(6)).InUtc().LocalDateTime;
                var calendar = Read(Event($"DTSTART;TZID={zone}:{start:yyyyMMdd'T'HHmmss}", length, "RRULE:FREQ=MINUTELY;INTERVAL=37;UNTIL=20400101T000000Z"));
                var all = calendar.OccurrencesFrom(Begin).TakeWhile(occurrence => occurrence.Start < around + Duration.FromDays(6)).ToList();
                for (var from = around - Duration.FromDays(3); from < around + Duration.FromDays(3); from += Duration.FromMinutes(47))
                {
                    calendar.OccurrencesFrom(from).TakeWhile(occurrence => occurrence.Start < around + Duration.FromDays(6))
                        .Should().Equal(all.Where(occurrence => occurrence.End > from), $"{zone} {length} {from}");
                }
            }
        }
    }
}
