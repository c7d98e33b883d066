using System.Globalization;
using NodaTime;
using static Sluice.Gating.Tests.Calendars.CalendarReading;

namespace Sluice.Gating.Tests.Calendars;

/// <summary>The examples of RFC 5545, section 3.8.5.3, all of them, with its results; each is in New York, at nine unless it says otherwise.</summary>
public sealed class RecurrenceExampleTests
{
    [Theory]
    [InlineData("19970902", "FREQ=DAILY;COUNT=10", "1997: 9/2 9/3 9/4 9/5 9/6 9/7 9/8 9/9 9/10 9/11 end")]
    [InlineData("19970902", "FREQ=DAILY;INTERVAL=2", "1997: 9/2 9/4 9/6 9/8 9/10 9/12 9/14 9/16 9/18 9/20 9/22 9/24 9/26 9/28 9/30 10/2 10/4")]
    [InlineData("19970902", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997: 9/2 9/12 9/22 10/2 10/12 end")]
    [InlineData("19970902", "FREQ=WEEKLY;COUNT=10", "1997: 9/2 9/9 9/16 9/23 9/30 10/7 10/14 10/21 10/28 11/4 end")]
    [InlineData("19970902", "FREQ=WEEKLY;UNTIL=19971224T000000Z", "1997: 9/2 9/9 9/16 9/23 9/30 10/7 10/14 10/21 10/28 11/4 11/11 11/18 11/25 12/2 12/9 12/16 12/23 end")]
    [InlineData("19970902", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997: 9/2 9/16 9/30 10/14 10/28 11/11 11/25 12/9 12/23 1998: 1/6 1/20 2/3 2/17")]
    [InlineData("19970902", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "1997: 9/2 9/4 9/9 9/11 9/16 9/18 9/23 9/25 9/30 10/2 end")]
    [InlineData("19970902", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "1997: 9/2 9/4 9/9 9/11 9/16 9/18 9/23 9/25 9/30 10/2 end")]
    [InlineData("19970901", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", "1997: 9/1 9/3 9/5 9/15 9/17 9/19 9/29 10/1 10/3 10/13 10/15 10/17 10/27 10/29 10/31 11/10 11/12 11/14 11/24 11/26 11/28 12/8 12/10 12/12 12/22 end")]
    [InlineData("19970902", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997: 9/2 9/4 9/16 9/18 9/30 10/2 10/14 10/16 end")]
    [InlineData("19970905", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997: 9/5 10/3 11/7 12/5 1998: 1/2 2/6 3/6 4/3 5/1 6/5 end")]
    [InlineData("19970905", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "1997: 9/5 10/3 11/7 12/5 end")]
    [InlineData("19970907", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "1997: 9/7 9/28 11/2 11/30 1998: 1/4 1/25 3/1 3/29 5/3 5/31 end")]
    [InlineData("19970922", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997: 9/22 10/20 11/17 12/22 1998: 1/19 2/16 end")]
    [InlineData("19970928", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997: 9/28 10/29 11/28 12/29 1998: 1/29 2/26")]
    [InlineData("19970902", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997: 9/2 9/15 10/2 10/15 11/2 11/15 12/2 12/15 1998: 1/2 1/15 end")]
    [InlineData("19970930", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997: 9/30 10/1 10/31 11/1 11/30 12/1 12/31 1998: 1/1 1/31 2/1 end")]
    [InlineData("19970910", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "1997: 9/10 9/11 9/12 9/13 9/14 9/15 1999: 3/10 3/11 3/12 3/13 end")]
    [InlineData("19970902", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997: 9/2 9/9 9/16 9/23 9/30 11/4 11/11 11/18 11/25 1998: 1/6 1/13 1/20 1/27 3/3 3/10 3/17 3/24 3/31")]
    [InlineData("19970610", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "1997: 6/10 7/10 1998: 6/10 7/10 1999: 6/10 7/10 2000: 6/10 7/10 2001: 6/10 7/10 end")]
    [InlineData("19970310", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "1997: 3/10 1999: 1/10 2/10 3/10 2001: 1/10 2/10 3/10 2003: 1/10 2/10 3/10 end")]
    [InlineData("19970101", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "1997: 1/1 4/10 7/19 2000: 1/1 4/9 7/18 2003: 1/1 4/10 7/19 2006: 1/1 end")]
    [InlineData("19970519", "FREQ=YEARLY;BYDAY=20MO", "1997: 5/19 1998: 5/18 1999: 5/17")]
    [InlineData("19970512", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997: 5/12 1998: 5/11 1999: 5/17")]
    [InlineData("19970313", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997: 3/13 3/20 3/27 1998: 3/5 3/12 3/19 3/26 1999: 3/4 3/11 3/18 3/25")]
    [InlineData("19970605", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "1997: 6/5 6/12 6/19 6/26 7/3 7/10 7/17 7/24 7/31 8/7 8/14 8/21 8/28 1998: 6/4 6/11 6/18 6/25 7/2 7/9 7/16 7/23 7/30 8/6 8/13 8/20 8/27")]
    [InlineData("19970913", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997: 9/13 10/11 11/8 12/13 1998: 1/10 2/7 3/7 4/11 5/9 6/13")]
    [InlineData("19961105", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996: 11/5 2000: 11/7 2004: 11/2")]
    [InlineData("19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997: 9/4 10/7 11/6 end")]
    [InlineData("19970929", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997: 9/29 10/30 11/27 12/30 1998: 1/29 2/26 3/30")]
    [InlineData("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997: 8/5 8/10 8/19 8/24 end")]
    [InlineData("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997: 8/5 8/17 8/19 8/31 end")]
    [InlineData("20070115", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007: 1/15 1/30 2/15 3/15 3/30 end")]
    public void Days(string start, string rule, string expected)
    {
        var days = Starts(start, rule);

        var year = 0;
        foreach (var word in expected.Split(' '))
        {
            if (word == "end")
            {
                days.Should().BeEmpty("there are no more");
            }
            else if (word.EndsWith(':'))
            {
                year = int.Parse(word[..^1], CultureInfo.InvariantCulture);
            }
            else
            {
                var parts = word.Split('/');
                var date = new LocalDate(year, int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
                days.Dequeue().Should().Be(date.At(new(9, 0)));
            }
        }
    }

    [Theory]
    // In the RFC it ends at 170000Z, which is one in New York: erratum 3883.
    [InlineData("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "2T09:00 2T12:00 2T15:00 end")]
    [InlineData("FREQ=MINUTELY;INTERVAL=15;COUNT=6", "2T09:00 2T09:15 2T09:30 2T09:45 2T10:00 2T10:15 end")]
    [InlineData("FREQ=MINUTELY;INTERVAL=90;COUNT=4", "2T09:00 2T10:30 2T12:00 2T13:30 end")]
    [InlineData("FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", "2T09:00 2T09:20 2T09:40 2T10:00 2T10:20 2T10:40 2T11:00 2T11:20 2T11:40 2T12:00 2T12:20 2T12:40 2T13:00 2T13:20 2T13:40 2T14:00 2T14:20 2T14:40 2T15:00 2T15:20 2T15:40 2T16:00 2T16:20 2T16:40 3T09:00 3T09:20")]
    [InlineData("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", "2T09:00 2T09:20 2T09:40 2T10:00 2T10:20 2T10:40 2T11:00 2T11:20 2T11:40 2T12:00 2T12:20 2T12:40 2T13:00 2T13:20 2T13:40 2T14:00 2T14:20 2T14:40 2T15:00 2T15:20 2T15:40 2T16:00 2T16:20 2T16:40 3T09:00 3T09:20")]
    public void Times_of_day(string rule, string expected)
    {
        var times = Starts("19970902", rule);

        foreach (var word in expected.Split(' '))
        {
            if (word == "end")
            {
                times.Should().BeEmpty("there are no more");
            }
            else
            {
                times.Dequeue().ToString("d'T'HH:mm", CultureInfo.InvariantCulture).Should().Be(word);
            }
        }
    }

    [Theory]
    [InlineData("19980101", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA")]
    [InlineData("19980101", "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1")]
    public void Every_day_in_January_for_three_years(string start, string rule) => Starts(start, rule).Should().Equal(
        from year in Enumerable.Range(1998, 3)
        from day in Enumerable.Range(1, 31)
        select new LocalDateTime(year, 1, day, 9, 0));

    [Fact]
    public void Daily_until_the_day_before_Christmas() =>
        Starts("19970902", "FREQ=DAILY;UNTIL=19971224T000000Z").Should().Equal(Enumerable.Range(0, 113).Select(day => new LocalDateTime(1997, 9, 2, 9, 0).PlusDays(day)));

    [Fact]
    public void Every_Friday_the_thirteenth_but_not_the_first_start() =>
        Starts("19970902", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "EXDATE;TZID=America/New_York:19970902T090000").Take(5).Should().Equal(
            new LocalDateTime(1998, 2, 13, 9, 0), new LocalDateTime(1998, 3, 13, 9, 0), new LocalDateTime(1998, 11, 13, 9, 0), new LocalDateTime(1999, 8, 13, 9, 0), new LocalDateTime(2000, 10, 13, 9, 0));

    private static Queue<LocalDateTime> Starts(string start, string rule, params string[] more) =>
        new(Read(Event([$"DTSTART;TZID=America/New_York:{start}T090000", "DURATION:PT1M", $"RRULE:{rule}", .. more]))
            .OccurrencesFrom(Begin).Take(200).Select(occurrence => occurrence.Start.InZone(NewYork).LocalDateTime));
}
