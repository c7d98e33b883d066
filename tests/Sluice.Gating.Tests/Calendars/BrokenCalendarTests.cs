using System.Diagnostics;
using CsCheck;
using NodaTime;
using Sluice.Gating.Calendars;
using static Sluice.Gating.Tests.Calendars.CalendarReading;

namespace Sluice.Gating.Tests.Calendars;

public sealed class BrokenCalendarTests
{
    // Text by text, since the messages count lines: 1 and 2 begin the calendar, 3 and 4 the event, 5 is its first property.
    [Theory]
    [InlineData("DTSTART:20260230T000000Z", "line 5, event 'e': DTSTART: '20260230T000000Z' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("DTSTART:2026-01-01", "line 5, event 'e': DTSTART: '2026-01-01' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("DTSTART:20260101T240000Z", "line 5, event 'e': DTSTART: '20260101T240000Z' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("DTSTART:20260101T00000", "line 5, event 'e': DTSTART: '20260101T00000' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("DTSTART:00000101T000000Z", "line 5, event 'e': DTSTART: '00000101T000000Z' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("DTSTART;VALUE=DATE:20260101T000000Z", "line 5, event 'e': DTSTART: '20260101T000000Z' is not of the type VALUE=DATE; expected DATE for a date, DATE-TIME for a time")]
    [InlineData("DTSTART;VALUE=DATE-TIME:20260101", "line 5, event 'e': DTSTART: '20260101' is not of the type VALUE=DATE-TIME; expected DATE for a date, DATE-TIME for a time")]
    [InlineData("DTSTART;VALUE=TEXT:20260101", "line 5, event 'e': DTSTART: '20260101' is not of the type VALUE=TEXT; expected DATE for a date, DATE-TIME for a time")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20260101T000000Z", "line 5, event 'e': DTSTART: '20260101T000000Z' has a TZID; expected a TZID for times without Z alone")]
    [InlineData("DTSTART;TZID=Europe/Berlin:20260101", "line 5, event 'e': DTSTART: '20260101' has a TZID; expected a TZID for times without Z alone")]
    [InlineData("DTSTART;TZID=Europe/Atlantis:20260101T000000", "line 5, event 'e': DTSTART: 'Europe/Atlantis' is not a time zone; expected an IANA name such as Europe/Berlin, a VTIMEZONE of that TZID in the same VCALENDAR, or a name that Windows uses")]
    [InlineData("SUMMARY:x", "line 3, event 'e': VEVENT has no DTSTART")]
    [InlineData("DTSTART:20260101T000000Z\nDTSTART:20260102T000000Z", "line 6, event 'e': DTSTART: given a second time in the same VEVENT; once is expected")]
    [InlineData("DTSTART:20260101T000000Z\nDTEND:garbage", "line 6, event 'e': DTEND: 'garbage' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("DTSTART:20260101T000000Z\nDTEND:20251231T000000Z", "line 6, event 'e': DTEND: '20251231T000000Z' is before DTSTART")]
    [InlineData("DTSTART:20260101T000000Z\nDTEND:20260102", "line 6, event 'e': DTEND: '20260102' is a date, but DTSTART is a time; expected the same of both")]
    [InlineData("DTSTART:20260101T000000Z\nDTEND:20260102T000000", "line 6, event 'e': DTEND: '20260102T000000' has no time zone, but DTSTART has one; expected the same of both")]
    [InlineData("DTSTART:20260101T000000\nDTEND:20260102T000000Z", "line 6, event 'e': DTEND: '20260102T000000Z' has a time zone, but DTSTART has none; expected the same of both")]
    [InlineData("DTSTART:20260101\nDTEND:20260101", "line 6, event 'e': DTEND: '20260101' is not after DTSTART; expected the day after the last, so one day later for a single day")]
    [InlineData("DTSTART:20260101T000000Z\nDTEND:20260102T000000Z\nDURATION:P1D", "line 7, event 'e': DURATION: not expected beside the DTEND of line 6")]
    [InlineData("DTSTART:20260101T000000Z\nDURATION:1H", "line 6, event 'e': DURATION: '1H' is not a duration of zero or more; expected for example P1D, P1W or PT1H30M")]
    [InlineData("DTSTART:20260101T000000Z\nDURATION:P", "line 6, event 'e': DURATION: 'P' is not a duration of zero or more; expected for example P1D, P1W or PT1H30M")]
    [InlineData("DTSTART:20260101T000000Z\nDURATION:P1DT", "line 6, event 'e': DURATION: 'P1DT' is not a duration of zero or more; expected for example P1D, P1W or PT1H30M")]
    [InlineData("DTSTART:20260101T000000Z\nDURATION:P1H", "line 6, event 'e': DURATION: 'P1H' is not a duration of zero or more; expected for example P1D, P1W or PT1H30M")]
    [InlineData("DTSTART:20260101T000000Z\nDURATION:PT1M1H", "line 6, event 'e': DURATION: 'PT1M1H' is not a duration of zero or more; expected for example P1D, P1W or PT1H30M")]
    [InlineData("DTSTART:20260101T000000Z\nDURATION:-PT1H", "line 6, event 'e': DURATION: '-PT1H' is not a duration of zero or more; expected for example P1D, P1W or PT1H30M")]
    [InlineData("DTSTART:20260101T000000Z\nDURATION:P99999999999D", "line 6, event 'e': DURATION: 'P99999999999D' is not a duration of zero or more; expected for example P1D, P1W or PT1H30M")]
    [InlineData("DTSTART:20260101\nDURATION:PT24H", "line 6, event 'e': DURATION: 'PT24H' is not a duration of days, which an event of whole days needs; expected for example P1D")]
    [InlineData("DTSTART:20260101\nSTATUS:CANCELED", "line 6, event 'e': STATUS: 'CANCELED' is not a status of an event; expected CONFIRMED, TENTATIVE or CANCELLED")]
    [InlineData("DTSTART:20260101\nSEQUENCE:one", "line 6, event 'e': SEQUENCE: 'one' is not a sequence number")]
    [InlineData("DTSTART:20260101\nEXDATE:garbage", "line 6, event 'e': EXDATE: 'garbage' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("DTSTART:20260101T000000Z\nEXDATE;VALUE=DATE:20260101", "line 6, event 'e': EXDATE: '20260101' is a date, but DTSTART is a time; expected the same of both")]
    [InlineData("DTSTART:20260101T000000Z\nEXDATE:20260101T000000", "line 6, event 'e': EXDATE: '20260101T000000' has no time zone, but DTSTART has one; expected the same of both")]
    [InlineData("DTSTART:20260101T000000Z\nRDATE;VALUE=PERIOD:20260102T000000Z", "line 6, event 'e': RDATE: '20260102T000000Z' is not a period; expected a start and an end or a duration, for example 20261224T180000Z/PT2H")]
    [InlineData("DTSTART:20260101T000000Z\nRDATE;VALUE=PERIOD:20260102T000000Z/20260101T000000Z", "line 6, event 'e': RDATE: '20260102T000000Z/20260101T000000Z' is not a period; expected an end after the start")]
    [InlineData("DTSTART:20260101T000000Z\nRDATE:20260102T000000Z/PT1H", "line 6, event 'e': RDATE: '20260102T000000Z/PT1H' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("DTSTART:20260101\nEXRULE:FREQ=DAILY", "line 6, event 'e': EXRULE: no longer part of iCalendar (RFC 5545, appendix A.3); expected EXDATE")]
    [InlineData("DTSTART:20260101\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260101", "line 6, event 'e': RECURRENCE-ID: RANGE is not supported; expected an event of its own for the occurrences from there on")]
    [InlineData("DTSTART:20260101\nRECURRENCE-ID:20260101\nRRULE:FREQ=DAILY", "line 7, event 'e': RRULE: not expected beside RECURRENCE-ID: one occurrence does not repeat")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=FORTNIGHTLY", "line 6, event 'e': RRULE: 'FORTNIGHTLY' is not a FREQ; expected SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY")]
    [InlineData("DTSTART:20260101\nRRULE:INTERVAL=2", "line 6, event 'e': RRULE: 'INTERVAL=2' is not a rule: it has no FREQ")]
    [InlineData("DTSTART:20260101\nRRULE:", "line 6, event 'e': RRULE: '' is not a part of a rule; expected 'NAME=value' between semicolons")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;", "line 6, event 'e': RRULE: '' is not a part of a rule; expected 'NAME=value' between semicolons")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;FREQ=DAILY", "line 6, event 'e': RRULE: FREQ is given twice")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;EVERY=2", "line 6, event 'e': RRULE: 'EVERY' is not a part of a rule that RFC 5545 knows")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;INTERVAL=0", "line 6, event 'e': RRULE: '0' is not a value of INTERVAL; expected 1 to 2147483647")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;COUNT=-1", "line 6, event 'e': RRULE: '-1' is not a value of COUNT; expected 1 to 2147483647")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=YEARLY;BYMONTH=13", "line 6, event 'e': RRULE: '13' is not a value of BYMONTH; expected 1 to 12")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYMONTHDAY=0", "line 6, event 'e': RRULE: '0' is not a value of BYMONTHDAY; expected 1 to 31 or -31 to -1")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=YEARLY;BYYEARDAY=367", "line 6, event 'e': RRULE: '367' is not a value of BYYEARDAY; expected 1 to 366 or -366 to -1")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=YEARLY;BYWEEKNO=-54", "line 6, event 'e': RRULE: '-54' is not a value of BYWEEKNO; expected 1 to 53 or -53 to -1")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;BYHOUR=24", "line 6, event 'e': RRULE: '24' is not a value of BYHOUR; expected 0 to 23")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;BYMINUTE=5,,6", "line 6, event 'e': RRULE: '' is not a value of BYMINUTE; expected 0 to 59")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=WEEKLY;BYDAY=XX", "line 6, event 'e': RRULE: 'XX' is not a day for BYDAY; expected MO, TU, WE, TH, FR, SA or SU, with a number before it or without")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYDAY=0MO", "line 6, event 'e': RRULE: '0' is not a value of BYDAY; expected 1 to 53 or -53 to -1")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=WEEKLY;WKST=1", "line 6, event 'e': RRULE: '1' is not a day for WKST; expected MO, TU, WE, TH, FR, SA or SU")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=WEEKLY;BYDAY=1MO", "line 6, event 'e': RRULE: 'FREQ=WEEKLY;BYDAY=1MO': a number before a day in BYDAY is for FREQ=MONTHLY and for FREQ=YEARLY without BYWEEKNO")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=WEEKLY;BYMONTHDAY=1", "line 6, event 'e': RRULE: 'FREQ=WEEKLY;BYMONTHDAY=1': BYMONTHDAY is not for FREQ=WEEKLY")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYYEARDAY=1", "line 6, event 'e': RRULE: 'FREQ=MONTHLY;BYYEARDAY=1': BYYEARDAY is not for FREQ=DAILY, WEEKLY or MONTHLY")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYWEEKNO=1", "line 6, event 'e': RRULE: 'FREQ=MONTHLY;BYWEEKNO=1': BYWEEKNO is for FREQ=YEARLY alone")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYSETPOS=1", "line 6, event 'e': RRULE: 'FREQ=MONTHLY;BYSETPOS=1': BYSETPOS needs another BY part beside it")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;COUNT=1;UNTIL=20260102", "line 6, event 'e': RRULE: 'FREQ=DAILY;COUNT=1;UNTIL=20260102': COUNT and UNTIL exclude each other")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=DAILY;UNTIL=20260102T000000Z", "line 6, event 'e': RRULE: '20260102T000000Z' is not a date for UNTIL, as DTSTART is one; expected for example 20261224")]
    [InlineData("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;UNTIL=never", "line 6, event 'e': RRULE: 'never' is not a date or time for UNTIL; expected for example 20261224T180000Z")]
    [InlineData("DTSTART:20260101\nRRULE:FREQ=HOURLY", "line 6, event 'e': RRULE: FREQ=HOURLY needs a DTSTART with a time of day")]
    [InlineData("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY;COUNT=2000000000", "line 6, event 'e': RRULE: 'FREQ=SECONDLY;COUNT=2000000000' takes too long to evaluate; expected fewer occurrences (UNTIL instead of a large COUNT) or a coarser FREQ")]
    [InlineData("DTSTART:20260101\nSUMMARY", "line 6: 'SUMMARY' is no iCalendar line; expected 'NAME:value' or 'NAME;PARAMETER=value:value'")]
    [InlineData("DTSTART:20260101\nSUM MARY:x", "line 6: 'SUM MARY:x' is no iCalendar line; expected 'NAME:value' or 'NAME;PARAMETER=value:value'")]
    [InlineData("DTSTART;TZID:20260101", "line 5: 'DTSTART;TZID:20260101' is no iCalendar line; expected 'NAME:value' or 'NAME;PARAMETER=value:value'")]
    [InlineData("DTSTART;TZID=\"x:20260101", "line 5: a quote in 'DTSTART;TZID=\"x:20260101' is not closed")]
    public void What_is_wrong_in_an_event_is_told(string properties, string expected) => Problem(Event(properties)).Should().Be(expected);

    [Theory]
    [InlineData("", "line 1: the text holds no calendar; expected BEGIN:VCALENDAR")]
    [InlineData("\n\n", "line 1: the text holds no calendar; expected BEGIN:VCALENDAR")]
    [InlineData("hello", "line 1: 'hello' is no iCalendar line; expected 'NAME:value' or 'NAME;PARAMETER=value:value'")]
    [InlineData(" hello:x", "line 1: ' hello:x' is no iCalendar line; expected 'NAME:value' or 'NAME;PARAMETER=value:value'")]
    [InlineData("SUMMARY:x", "line 1: 'SUMMARY' outside of a calendar; expected BEGIN:VCALENDAR")]
    [InlineData("BEGIN:VEVENT\nEND:VEVENT", "line 1: 'BEGIN:VEVENT' outside of a calendar; expected BEGIN:VCALENDAR")]
    [InlineData("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR", "line 3: 'END' outside of a calendar; expected BEGIN:VCALENDAR or the end of the text")]
    [InlineData("BEGIN:VCALENDAR\nEND:VCALENDAR\nSUMMARY:x", "line 3: 'SUMMARY' outside of a calendar; expected BEGIN:VCALENDAR or the end of the text")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101", "line 3: the text ends inside the VEVENT of line 2; expected END:VEVENT")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nEND:VCALENDAR", "line 4: END: 'VCALENDAR', but the VEVENT of line 2 is still open; expected END:VEVENT")]
    [InlineData("BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR", "line 2: VERSION: '1.0' is not a version of iCalendar that is read; expected 2.0")]
    [InlineData("BEGIN:VCALENDAR\nMETHOD:CANCEL\nEND:VCALENDAR", "line 2: METHOD: 'CANCEL' is a message about events, not a calendar; expected PUBLISH or no METHOD")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:never\nEND:VEVENT\nEND:VCALENDAR", "line 3: DTSTART: 'never' is not a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z")]
    [InlineData("BEGIN:VCALENDAR\nBEGIN:VEVENT\nRECURRENCE-ID:20260101\nDTSTART:20260101\nEND:VEVENT\nEND:VCALENDAR", "line 3: RECURRENCE-ID: the event has no UID; expected that of the event whose occurrence it replaces")]
    public void What_is_wrong_in_a_text_is_told(string text, string expected) => Problem(text).Should().Be(expected);

    [Fact]
    public void Two_events_of_one_name_are_told()
    {
        Problem(Calendar(Component("UID:e", "DTSTART:20260101"), Component("UID:e", "DTSTART:20260102")))
            .Should().Be("line 7, event 'e': a second event with the UID of line 3; expected one, or a higher SEQUENCE");
        Problem(Calendar(Component("UID:e", "RECURRENCE-ID:20260101", "DTSTART:20260101"), Component("UID:e", "RECURRENCE-ID:20260101", "DTSTART:20260102")))
            .Should().Be("line 8, event 'e': a second replacement of the same occurrence as that of line 3; expected one, or a higher SEQUENCE");
        Problem(Calendar(Component("UID:e", "DTSTART:20260101"), Component("UID:e", "RECURRENCE-ID:20260101T000000Z", "DTSTART:20260102")))
            .Should().Be("line 9, event 'e': RECURRENCE-ID: '20260101T000000Z' is a time, but DTSTART is a date; expected the same of both");
    }

    [Theory]
    [InlineData("X-A:", "line 3, event 'e': VTIMEZONE 'Z' has neither STANDARD nor DAYLIGHT")]
    [InlineData("BEGIN:STANDARD\nEND:STANDARD", "line 5, event 'e': STANDARD has no DTSTART")]
    [InlineData("BEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+01\nTZOFFSETTO:+0200\nEND:STANDARD", "line 7, event 'e': TZOFFSETFROM: '+01' is not an offset from UTC; expected for example +0100, at most 18 hours")]
    [InlineData("BEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+1801\nEND:STANDARD", "line 8, event 'e': TZOFFSETTO: '+1801' is not an offset from UTC; expected for example +0100, at most 18 hours")]
    [InlineData("BEGIN:STANDARD\nDTSTART:20000101T000000Z\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:STANDARD", "line 6, event 'e': DTSTART: '20000101T000000Z' is not a time on the clock of a time zone; expected for example 20261025T030000")]
    [InlineData("BEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=DAILY\nEND:STANDARD", "line 9, event 'e': RRULE: 'FREQ=DAILY' is not a rule for a time zone; expected FREQ=YEARLY without INTERVAL")]
    [InlineData("BEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRDATE:20010101T000000\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20010102T000000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:DAYLIGHT\nBEGIN:DAYLIGHT\nDTSTART:20010103T000000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0300\nEND:DAYLIGHT", "line 3, event 'e': VTIMEZONE 'Z' changes its offset at 2001-01-01T22:00:00Z and again at 2001-01-02T22:00:00Z; expected two days between changes")]
    public void What_is_wrong_in_a_zone_that_an_event_needs_is_told(string observances, string expected)
    {
        string[] zone = ["BEGIN:VTIMEZONE", "TZID:Z", observances, "END:VTIMEZONE"];

        Problem(Calendar([.. zone, Component("UID:e", "DTSTART;TZID=Z:20260101T000000")])).Should().Be(expected);
        Stretches(Calendar([.. zone, Component("UID:e", "DTSTART:20260101")])).Should().ContainSingle("no event needs the zone");
    }

    [Fact]
    public void A_zone_that_is_defined_twice_is_told() =>
        Problem(Calendar("BEGIN:VTIMEZONE\nTZID:Z\nBEGIN:STANDARD\nDTSTART:20000101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VTIMEZONE\nTZID:Z\nEND:VTIMEZONE", Component("UID:e", "DTSTART;TZID=Z:20260101T000000")))
            .Should().Be("line 12, event 'e': TZID: 'Z' is defined in line 4 already");

    [Fact]
    public void A_text_that_is_too_long_or_has_too_many_events_is_told()
    {
        Problem(new string('x', 1_048_577)).Should().Be("the text has 1048577 characters; at most 1048576 are read");
        Problem(Calendar([.. Enumerable.Repeat("BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT", 10_001)])).Should().Be("line 30003: more than 10000 events");
        Stretches(Calendar([.. Enumerable.Repeat("BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT", 10_000)])).Should().ContainSingle();
    }

    [Fact]
    public void A_long_or_unprintable_value_is_shortened_in_a_message() =>
        Problem(Event($"DTSTART:\a{new string('x', 1000)}")).Should().HaveLength(203).And.Contain("'?xxx").And.Contain("xxx...'");

    [Theory]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=DAILY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=WEEKLY;INTERVAL=53;BYDAY=MO;BYSETPOS=2")]
    [InlineData("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=HOURLY;INTERVAL=2;BYHOUR=1")]
    [InlineData("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=SECONDLY;INTERVAL=2;BYSECOND=1")]
    [InlineData("FREQ=YEARLY;INTERVAL=2147483647")]
    [InlineData("FREQ=SECONDLY;INTERVAL=2147483647;BYMONTH=2;BYMONTHDAY=30")]
    public void A_rule_that_never_matches_ends(string rule)
    {
        var calendar = Read(Event("DTSTART:20260101T000000Z", "DURATION:PT1H", $"RRULE:{rule}"));

        calendar.OccurrencesFrom(Begin).Should().ContainSingle("the first start always occurs");
        calendar.OccurrencesFrom(At("2026-01-02T00:00:00Z")).Should().BeEmpty();
    }

    [Fact]
    public void Rules_that_take_too_long_together_are_told()
    {
        var watch = Stopwatch.StartNew();

        Problem(Calendar([.. Enumerable.Range(0, 5_000).Select(number => Component($"UID:{number}", "DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY;INTERVAL=2;BYSECOND=1"))]))
            .Should().EndWith("takes too long to evaluate; expected fewer occurrences (UNTIL instead of a large COUNT) or a coarser FREQ");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Rules_that_give_millions_are_followed_as_far_as_they_are_asked_for()
    {
        const string all = "BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23";
        var minutes = "BYMINUTE=" + string.Join(',', Enumerable.Range(0, 60));
        var seconds = "BYSECOND=" + string.Join(',', Enumerable.Range(0, 60));

        Stretches(Event("DTSTART:20260101T000000Z", "DURATION:PT1S", $"RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;{all};{minutes};{seconds}"), from: "2400-06-01T12:00:00Z", most: 1)
            .Should().Equal("2400-06-01T12:00:00Z/2400-06-01T12:00:01Z");
        Stretches(Event("DTSTART:20260101T000000Z", "DURATION:PT1S", $"RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;{all};{minutes};{seconds};BYSETPOS=-1"), from: "2400-06-01T12:00:00Z", most: 1)
            .Should().Equal("2400-12-31T23:59:59Z/2401-01-01T00:00:00Z");
        Stretches(Event("DTSTART:20260101T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"), from: "2400-06-01T12:00:00Z", most: 1).Should().Equal("2400-06-01T12:00:00Z/2400-06-01T12:00:01Z");
    }

    [Fact]
    public void Whatever_the_text_nothing_is_thrown()
    {
        var valid = string.Join("", Calendar(
            "BEGIN:VTIMEZONE", "TZID:Ours", "BEGIN:STANDARD", "DTSTART:19961027T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20301027T010000Z", "END:STANDARD",
            "BEGIN:DAYLIGHT", "DTSTART:19970330T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "RDATE:20310330T020000", "END:DAYLIGHT", "END:VTIMEZONE",
            Component("UID:a", "DTSTART;TZID=Ours:20260101T090000", "DTEND;TZID=Ours:20260101T100000", "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,-1FR;BYSETPOS=1,-1;BYHOUR=9,10;COUNT=40", "EXDATE;TZID=Ours:20260105T090000"),
            Component("UID:a", "RECURRENCE-ID;TZID=Ours:20260130T090000", "DTSTART;TZID=Ours:20260131T090000", "DURATION:P1DT1H", "SEQUENCE:1"),
            Component("UID:b", "DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO;WKST=SU;UNTIL=99981231", "RDATE;VALUE=DATE:20260202"),
            Component("UID:c", "SUMMARY:x\\, y", " z", "DTSTART:20260101T000000Z", "DURATION:PT15M", "RRULE:FREQ=MINUTELY;INTERVAL=90;BYDAY=SA,SU;BYYEARDAY=1,-1", "RDATE;VALUE=PERIOD:20260102T000000Z/PT1H,20260103T000000Z/20260103T010000Z")));
        var mutations = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Int[0, 12], Gen.OneOf(
            Gen.String[Gen.Char["0123456789;:=,-+TZP\"\n\r \t\\"], 0, 4],
            Gen.OneOf("99991231T235959", "00010101T000000", "9", "SECONDLY", "DAILY", "2147483647", "99999999999999999999", "+1800", "-1800", "END:VEVENT\n", "BEGIN:VEVENT\n", "\uD800", "UNTIL=99991231", "P3660000D")));

        mutations.Array[1, 4].Sample(
            changes =>
            {
                var text = changes.Aggregate(valid, (before, change) => before[..Math.Min(change.Item1, before.Length)] + change.Item3 + before[Math.Min(change.Item1 + change.Item2, before.Length)..]);
                if (!EventCalendar.TryParse(text, NewYork, out var calendar, out var problem))
                {
                    return problem is { Length: > 10 } && calendar is null;
                }

                return problem is null && new[] { Instant.MinValue, Begin, At("2026-03-29T00:00:00Z"), At("2500-01-01T00:00:00Z"), At("9998-12-31T00:00:00Z"), Instant.MaxValue }
                    .All(from => calendar!.OccurrencesFrom(from).Take(5).All(occurrence => occurrence.End > from && occurrence.End > occurrence.Start));
            },
            iter: 20_000);
    }
}
