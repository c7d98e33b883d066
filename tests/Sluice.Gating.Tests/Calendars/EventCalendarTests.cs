using NodaTime;
using Sluice.Gating.Calendars;
using static Sluice.Gating.Tests.Calendars.CalendarReading;

namespace Sluice.Gating.Tests.Calendars;

public sealed class EventCalendarTests
{
    [Fact]
    public void A_calendar_without_events_has_no_occurrences() => Stretches(Calendar("X-WR-CALNAME:empty")).Should().BeEmpty();

    [Theory]
    [InlineData("DTSTART:20261224T180000Z", "DTEND:20261224T200000Z", "2026-12-24T18:00:00Z/2026-12-24T20:00:00Z")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20261224T180000", "DTEND;TZID=Europe/Berlin:20261224T200000", "2026-12-24T17:00:00Z/2026-12-24T19:00:00Z")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20261224T180000", "DTEND;TZID=America/New_York:20261224T180000", "2026-12-24T17:00:00Z/2026-12-24T23:00:00Z")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20261224T180000", "DTEND:20261224T200000Z", "2026-12-24T17:00:00Z/2026-12-24T20:00:00Z")]
    [InlineData("DTSTART:20261224T180000Z", "DURATION:PT1H30M", "2026-12-24T18:00:00Z/2026-12-24T19:30:00Z")]
    [InlineData("DTSTART:20261224T180000Z", "DURATION:P1DT2H3M4S", "2026-12-24T18:00:00Z/2026-12-25T20:03:04Z")]
    [InlineData("DTSTART:20261224T180000Z", "DURATION:+P2W", "2026-12-24T18:00:00Z/2027-01-07T18:00:00Z")]
    [InlineData("dtstart;value=date-time:20261224T180000Z", "duration:pt1h", "2026-12-24T18:00:00Z/2026-12-24T19:00:00Z")]
    [InlineData("DTSTART:20261224T235960Z", "DURATION:PT1H", "2026-12-24T23:59:59Z/2026-12-25T00:59:59Z")]
    public void An_event_lasts_from_its_start_to_its_end(string start, string end, string expected) => Stretches(Event(start, end)).Should().Equal(expected);

    [Fact]
    public void A_time_without_a_zone_is_in_the_zone_of_the_reader() =>
        Stretches(Event("DTSTART:20260724T180000", "DTEND:20260724T200000"), NewYork).Should().Equal("2026-07-24T22:00:00Z/2026-07-25T00:00:00Z");

    [Theory]
    [InlineData("DTSTART;VALUE=DATE:20261224", "X-A:", "2026-12-23T23:00:00Z/2026-12-24T23:00:00Z")]
    [InlineData("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227", "2026-12-23T23:00:00Z/2026-12-26T23:00:00Z")]
    [InlineData("DTSTART;VALUE=DATE:20261224", "DURATION:P3D", "2026-12-23T23:00:00Z/2026-12-26T23:00:00Z")]
    [InlineData("DTSTART:20261224", "X-A:", "2026-12-23T23:00:00Z/2026-12-24T23:00:00Z")]
    [InlineData("DTSTART;VALUE=DATE:20260329", "X-A:", "2026-03-28T23:00:00Z/2026-03-29T22:00:00Z")]
    [InlineData("DTSTART;VALUE=DATE:20261025", "X-A:", "2026-10-24T22:00:00Z/2026-10-25T23:00:00Z")]
    public void A_date_is_a_whole_day_in_the_zone_of_the_reader_and_the_end_is_not_part_of_it(string start, string end, string expected) =>
        Stretches(Event(start, end), Berlin).Should().Equal(expected);

    [Fact]
    public void A_day_begins_with_its_first_instant_where_the_clock_skips_midnight() =>
        Stretches(Event("DTSTART;VALUE=DATE:20180217", "RDATE;VALUE=DATE:20181104"), DateTimeZoneProviders.Tzdb["America/Sao_Paulo"])
            .Should().Equal("2018-02-17T02:00:00Z/2018-02-18T03:00:00Z", "2018-11-04T03:00:00Z/2018-11-05T02:00:00Z");

    [Theory]
    [InlineData("DTSTART:20261224T180000Z", "X-A:")]
    [InlineData("DTSTART:20261224T180000Z", "DTEND:20261224T180000Z")]
    [InlineData("DTSTART:20261224T180000Z", "DURATION:PT0S")]
    public void An_event_that_takes_no_time_never_occurs(string start, string end)
    {
        Stretches(Event(start, end)).Should().BeEmpty();
        Stretches(Event(start, end, "RRULE:FREQ=DAILY")).Should().BeEmpty();
    }

    [Fact]
    public void A_cancelled_event_never_occurs() =>
        Stretches(Event("DTSTART;VALUE=DATE:20261224", "RRULE:FREQ=DAILY", "RDATE;VALUE=DATE:20270101", "STATUS:CANCELLED")).Should().BeEmpty();

    [Fact]
    public void An_event_occurs_whether_or_not_its_author_is_busy() =>
        Stretches(Event("DTSTART;VALUE=DATE:20261224", "TRANSP:TRANSPARENT", "STATUS:TENTATIVE")).Should().ContainSingle();

    [Theory]
    [InlineData("2026-12-24T17:59:59Z", 2)]
    [InlineData("2026-12-24T18:00:00Z", 2)]
    [InlineData("2026-12-24T19:59:59.999999999Z", 2)]
    [InlineData("2026-12-24T20:00:00Z", 1)]
    [InlineData("2026-12-25T20:00:00Z", 0)]
    public void What_is_over_at_an_instant_is_not_given(string from, int expected)
    {
        Stretches(Event("DTSTART:20261224T180000Z", "DTEND:20261224T200000Z", "RRULE:FREQ=DAILY;COUNT=2"), from: from).Should().HaveCount(expected);
        Stretches(Event("DTSTART:20261224T180000Z", "DTEND:20261224T200000Z", "RDATE:20261225T180000Z"), from: from).Should().HaveCount(expected);
    }

    [Fact]
    public void What_began_ten_years_ago_and_still_lasts_is_given()
    {
        var text = Calendar(
            Component("UID:long", "DTSTART:20160101T000000Z", "DTEND:20270101T000000Z"),
            Component("UID:longrule", "DTSTART:20160601T000000Z", "DURATION:P3700D", "RRULE:FREQ=YEARLY;COUNT=2"),
            Component("UID:short", "DTSTART:20260601T000000Z", "DURATION:PT1H"));

        Stretches(text, from: "2026-05-01T00:00:00Z").Should().Equal(
            "2016-01-01T00:00:00Z/2027-01-01T00:00:00Z", "2016-06-01T00:00:00Z/2026-07-19T00:00:00Z", "2017-06-01T00:00:00Z/2027-07-19T00:00:00Z", "2026-06-01T00:00:00Z/2026-06-01T01:00:00Z");
    }

    [Fact]
    public void Occurrences_of_all_events_are_in_order_of_their_starts_and_have_the_summary_of_their_event() =>
        Read(Calendar(
            Component("UID:a", "SUMMARY:A", "DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"),
            Component("UID:b", "SUMMARY:B", "DTSTART:20260103T000000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"),
            Component("UID:c", "DTSTART:20260105T000000Z", "DURATION:PT1H")))
            .OccurrencesFrom(At("2026-01-02T00:00:00Z")).Take(4).Select(occurrence => (occurrence.Start.ToString(), occurrence.Summary)).Should().Equal(
                ("2026-01-03T00:00:00Z", "B"), ("2026-01-05T00:00:00Z", null), ("2026-01-08T00:00:00Z", "A"), ("2026-01-10T00:00:00Z", "B"));

    [Fact]
    public void A_start_that_the_rule_would_not_give_is_the_first_occurrence_and_counts() =>
        Stretches(Event("DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3")).Should().Equal(
            "2026-01-01T00:00:00Z/2026-01-01T01:00:00Z", "2026-01-05T00:00:00Z/2026-01-05T01:00:00Z", "2026-01-12T00:00:00Z/2026-01-12T01:00:00Z");

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void A_count_of_one_is_the_first_start_alone(int count, int expected) =>
        Stretches(Event("DTSTART:20260101T000000Z", "DURATION:PT1H", $"RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT={count}")).Should().HaveCount(expected);

    [Fact]
    public void Dates_are_added_and_exceptions_left_out() =>
        Stretches(Event("DTSTART;TZID=Europe/Berlin:20260401T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4",
            "EXDATE;TZID=Europe/Berlin:20260402T090000,20260403T090000", "EXDATE:20260404T070000Z", "EXDATE:20300101T000000Z",
            "RDATE;TZID=Europe/Berlin:20260501T090000,20260503T100000", "RDATE;VALUE=PERIOD:20260502T090000Z/PT5H,20260504T090000Z/20260504T093000Z")).Should().Equal(
                "2026-04-01T07:00:00Z/2026-04-01T08:00:00Z",
                "2026-05-01T07:00:00Z/2026-05-01T08:00:00Z",
                "2026-05-02T09:00:00Z/2026-05-02T14:00:00Z",
                "2026-05-03T08:00:00Z/2026-05-03T09:00:00Z",
                "2026-05-04T09:00:00Z/2026-05-04T09:30:00Z");

    [Fact]
    public void A_date_of_the_rule_that_is_given_again_occurs_once() =>
        Stretches(Event("DTSTART:20260401T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=2", "RDATE:20260402T090000Z,20260401T090000Z")).Should().Equal(
            "2026-04-01T09:00:00Z/2026-04-01T10:00:00Z", "2026-04-02T09:00:00Z/2026-04-02T10:00:00Z", "2026-04-03T09:00:00Z/2026-04-03T10:00:00Z");

    [Fact]
    public void A_replaced_occurrence_is_where_it_was_moved_to_and_a_cancelled_one_nowhere() =>
        Read(Calendar(
            Component("UID:e", "RECURRENCE-ID;TZID=Europe/Berlin:20260402T090000", "DTSTART;TZID=Europe/Berlin:20260410T120000", "DURATION:PT2H", "SUMMARY:moved"),
            Component("UID:e", "DTSTART;TZID=Europe/Berlin:20260401T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:planned"),
            Component("UID:e", "RECURRENCE-ID:20260403T070000Z", "DTSTART;TZID=Europe/Berlin:20260403T090000", "DURATION:PT1H", "STATUS:CANCELLED")))
            .OccurrencesFrom(Begin).Select(occurrence => $"{occurrence.Start}/{occurrence.End} {occurrence.Summary}").Should().Equal(
                "2026-04-01T07:00:00Z/2026-04-01T08:00:00Z planned",
                "2026-04-04T07:00:00Z/2026-04-04T08:00:00Z planned",
                "2026-04-10T10:00:00Z/2026-04-10T12:00:00Z moved");

    [Fact]
    public void Of_two_that_say_the_same_the_one_with_the_higher_sequence_is_in_force()
    {
        Stretches(Calendar(
            Component("UID:e", "SEQUENCE:2", "DTSTART:20260402T000000Z", "DURATION:PT1H"),
            Component("UID:e", "SEQUENCE:1", "DTSTART:20260401T000000Z", "DURATION:PT1H"))).Should().Equal("2026-04-02T00:00:00Z/2026-04-02T01:00:00Z");
        Stretches(Calendar(
            Component("UID:e", "DTSTART:20260401T000000Z", "DURATION:PT1H"),
            Component("UID:e", "RECURRENCE-ID:20260401T000000Z", "SEQUENCE:1", "DTSTART:20260403T000000Z", "DURATION:PT1H"),
            Component("UID:e", "RECURRENCE-ID:20260401T000000Z", "SEQUENCE:3", "DTSTART:20260404T000000Z", "DURATION:PT1H"))).Should().Equal("2026-04-04T00:00:00Z/2026-04-04T01:00:00Z");
    }

    [Fact]
    public void An_occurrence_without_its_series_stands_alone() =>
        Stretches(Event("RECURRENCE-ID:20260401T000000Z", "DTSTART:20260403T000000Z", "DURATION:PT1H")).Should().Equal("2026-04-03T00:00:00Z/2026-04-03T01:00:00Z");

    [Fact]
    public void Several_calendars_in_one_text_are_read_and_may_use_the_same_names()
    {
        var one = Event("DTSTART:20260403T000000Z", "DURATION:PT1H");
        var other = Event("DTSTART:20260404T000000Z", "DURATION:PT1H");

        Stretches(one + other).Should().Equal("2026-04-03T00:00:00Z/2026-04-03T01:00:00Z", "2026-04-04T00:00:00Z/2026-04-04T01:00:00Z");
    }

    [Theory]
    [InlineData("UNTIL=20260403T070000Z", 3)]
    [InlineData("UNTIL=20260403T065959Z", 2)]
    [InlineData("UNTIL=20260403T090000", 3)]
    [InlineData("UNTIL=20260403T085959", 2)]
    [InlineData("UNTIL=20260403", 3)]
    [InlineData("UNTIL=20260402", 2)]
    [InlineData("UNTIL=20250101", 1)]
    [InlineData("UNTIL=99991231T235959Z", 100)]
    public void Until_is_the_last_start_there_may_be(string until, int expected) =>
        Stretches(Event("DTSTART;TZID=Europe/Berlin:20260401T090000", "DURATION:PT1H", $"RRULE:FREQ=DAILY;{until}")).Should().HaveCount(expected);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Lines_are_unfolded_and_texts_unescaped(string lineBreak)
    {
        var text = "\uFEFF" + Event("SUMMARY:Change fr", " eeze\\, part\\; two\\n", "\tC:\\\\dir \\x", "DTSTART", " ;VALUE=DATE:2026", "\t1224", "", "X-A:").ReplaceLineEndings(lineBreak);

        Read(text).OccurrencesFrom(Begin).Single().Summary.Should().Be("Change freeze, part; two\nC:\\dir \\x");
    }

    [Fact]
    public void Other_components_and_properties_do_not_count() =>
        Stretches(Calendar(
            "X-WR-TIMEZONE:Mars/Base", "PRODID:-//x", "BEGIN:VTODO", "DTSTART:nonsense", "END:VTODO", "BEGIN:X-OTHER", "BEGIN:VEVENT", "END:VEVENT", "END:X-OTHER",
            Component("UID:e", "ATTENDEE;CN=\"a;b:c\";X=1,\"2:3\",4:mailto:a@example.org", "DTSTART:20260403T000000Z", "DURATION:PT1H",
                "BEGIN:VALARM", "TRIGGER:-PT5M", "DURATION:nonsense", "END:VALARM", "CATEGORIES:x"))).Should().ContainSingle();

    [Fact]
    public void What_lasts_until_the_last_day_of_all_never_ends() =>
        Read(Calendar(
            Component("UID:a", "DTSTART:20260403T000000Z", "DTEND:99991231T235959Z"),
            Component("UID:b", "SUMMARY:b", "DTSTART;VALUE=DATE:20260403", "DTEND;VALUE=DATE:99991231"),
            Component("UID:c", "SUMMARY:c", "DTSTART:20260403T000000Z", "DURATION:P3650000D"))).OccurrencesFrom(Begin).Should().OnlyContain(occurrence => occurrence.End == Instant.MaxValue).And.HaveCount(3);

    [Fact]
    public void Any_instant_can_be_asked_for()
    {
        var calendar = Read(Calendar(
            Component("UID:a", "DTSTART;TZID=Pacific/Kiritimati:00010101T000000", "DURATION:P1D", "RRULE:FREQ=WEEKLY"),
            Component("UID:b", "DTSTART;TZID=Pacific/Pago_Pago:00010101T000000", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"),
            Component("UID:c", "DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=YEARLY")), DateTimeZoneProviders.Tzdb["Pacific/Apia"]);

        foreach (var from in new[] { Instant.MinValue, Instant.FromUtc(1, 1, 1, 0, 0), Instant.FromUtc(9998, 12, 31, 0, 0), Instant.FromUtc(9999, 12, 31, 0, 0), Instant.MaxValue })
        {
            calendar.OccurrencesFrom(from).Take(10).Should().OnlyContain(occurrence => occurrence.End > from);
        }
    }
}
