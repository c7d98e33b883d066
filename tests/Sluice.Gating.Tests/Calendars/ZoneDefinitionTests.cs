using System.Globalization;
using NodaTime;
using NodaTime.TimeZones;
using static Sluice.Gating.Tests.Calendars.CalendarReading;

namespace Sluice.Gating.Tests.Calendars;

public sealed class ZoneDefinitionTests
{
    private static readonly string[] BerlinRules =
    [
        "BEGIN:DAYLIGHT", "DTSTART:19810329T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
        "BEGIN:STANDARD", "DTSTART:19961027T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
    ];

    // As Outlook writes it: every rule since 1601.
    private static readonly string[] NewYorkRules =
    [
        "BEGIN:STANDARD", "DTSTART:16011104T020000", "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11", "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "END:STANDARD",
        "BEGIN:DAYLIGHT", "DTSTART:16010311T020000", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT",
    ];

    [Theory]
    [InlineData("Europe/Berlin", 1997)]
    [InlineData("America/New_York", 2007)]
    public void A_zone_that_the_calendar_defines_goes_as_its_rules_say_for_ever(string zone, int from)
    {
        var expected = DateTimeZoneProviders.Tzdb[zone];
        var calendar = Read(Calendar(
            ["BEGIN:VTIMEZONE", "TZID:Ours", .. from == 1997 ? BerlinRules : NewYorkRules, "END:VTIMEZONE",
            Component("UID:e", $"DTSTART;TZID=Ours:{from}0101T000000", "DURATION:PT1H", "RRULE:FREQ=HOURLY;INTERVAL=5")]));

        foreach (var year in new[] { from, from + 1, 2026, 2095, 2101, 2406, 2407, 2408, 2810, 9000 })
        {
            var first = new LocalDateTime(year, 1, 1, 0, 0);
            first = first.PlusHours((int)((5 - (Period.Between(new LocalDateTime(from, 1, 1, 0, 0), first, PeriodUnits.Hours).Hours % 5)) % 5));
            var starts = calendar.OccurrencesFrom(first.InZoneStrictly(expected).ToInstant()).TakeWhile(occurrence => occurrence.Start < Instant.FromUtc(year, 12, 30, 0, 0)).Select(occurrence => occurrence.Start).ToList();

            var firstValid = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);
            starts.Should().Equal(Enumerable.Range(0, starts.Count).Select(index => first.PlusHours(5 * index).InZone(expected, firstValid).ToInstant()), year.ToString(CultureInfo.InvariantCulture));
            starts.Should().HaveCountGreaterThan(1700);
        }
    }

    [Fact]
    public void Every_change_is_on_the_clock_as_it_went_before() =>
        Stretches(Calendar("BEGIN:VTIMEZONE", "TZID:Half", "X-LIC-LOCATION:Nowhere", "LAST-MODIFIED:20200101T000000Z",
            "BEGIN:STANDARD", "TZNAME:HST", "DTSTART:20000101T000000", "TZOFFSETFROM:+051540", "TZOFFSETTO:+0530", "END:STANDARD",
            "BEGIN:DAYLIGHT", "DTSTART:20200301T010000", "RDATE:20210301T010000,20220301T010000", "TZOFFSETFROM:+0530", "TZOFFSETTO:+0630", "COMMENT:x", "END:DAYLIGHT",
            "BEGIN:STANDARD", "DTSTART:20200901T010000", "RRULE:FREQ=YEARLY;UNTIL=20210831T183000Z", "TZOFFSETFROM:+0630", "TZOFFSETTO:+0530", "END:STANDARD",
            "END:VTIMEZONE",
            Component("UID:e", "DTSTART;TZID=Half:19990401T000000", "DURATION:PT1H",
                "RDATE;TZID=Half:20000401T000000,20200401T000000,20200901T003000,20201001T000000,20210401T000000,20211001T000000,20220401T000000,20500401T000000")))
            .Select(stretch => stretch[..20]).Should().Equal(
                "1999-03-31T18:44:20Z", "2000-03-31T18:30:00Z", "2020-03-31T17:30:00Z", "2020-08-31T18:00:00Z", "2020-09-30T18:30:00Z", "2021-03-31T17:30:00Z", "2021-09-30T18:30:00Z", "2022-03-31T17:30:00Z", "2050-03-31T17:30:00Z");

    [Fact]
    public void The_database_knows_better_than_a_calendar_that_defines_a_zone_of_its_name() =>
        Stretches(Calendar(["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", .. NewYorkRules, "END:VTIMEZONE", Component("UID:e", "DTSTART;TZID=Europe/Berlin:20260701T120000", "DURATION:PT1H")]))
            .Should().Equal("2026-07-01T10:00:00Z/2026-07-01T11:00:00Z");

    [Fact]
    public void A_zone_that_the_calendar_defines_goes_before_one_of_Windows() =>
        Stretches(Calendar(["BEGIN:VTIMEZONE", "TZID:W. Europe Standard Time", .. NewYorkRules, "END:VTIMEZONE", Component("UID:e", "DTSTART;TZID=W. Europe Standard Time:20260701T120000", "DURATION:PT1H")]))
            .Should().Equal("2026-07-01T16:00:00Z/2026-07-01T17:00:00Z");

    [Fact]
    public void A_zone_of_Windows_is_known_without_a_definition() =>
        Stretches(Event("DTSTART;TZID=W. Europe Standard Time:20260701T120000", "DURATION:PT1H")).Should().Equal("2026-07-01T10:00:00Z/2026-07-01T11:00:00Z");

    [Fact]
    public void A_zone_that_never_changes_is_one_observance() =>
        Stretches(Calendar("BEGIN:VTIMEZONE", "TZID:Fixed", "BEGIN:STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0330", "TZOFFSETTO:+0330", "END:STANDARD", "END:VTIMEZONE",
            Component("UID:e", "DTSTART;TZID=Fixed:20260701T120000", "DURATION:PT1H", "RRULE:FREQ=YEARLY;INTERVAL=1000"))).First().Should().Be("2026-07-01T08:30:00Z/2026-07-01T09:30:00Z");
}
