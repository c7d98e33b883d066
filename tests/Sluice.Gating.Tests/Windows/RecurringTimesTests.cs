using Sluice.Gating.Gates;
using Sluice.Gating.Windows;
using static Sluice.Gating.Tests.Windows.Written;

namespace Sluice.Gating.Tests.Windows;

/// <summary>Starts in local time, lengths in elapsed time, and where both meet the changes of the clock.</summary>
public sealed class RecurringTimesTests
{
    [Theory]
    [InlineData("* 10 * * *", "1h", true)]
    [InlineData("* * * * *", "1m", false)]
    [InlineData("* * * * *", "61s", true)]
    [InlineData("0 10 * * *", "24h", false)]
    [InlineData("0 10 * * *", "24h1s", true)]
    [InlineData("0 22-2 * * *", "1h", false)]
    [InlineData("0 22-2 * * *", "2h", true)]
    [InlineData("0 0 * * 5", "168h", false)]
    [InlineData("0 0 * * 5", "169h", true)]
    [InlineData("0 0 * * 5,6", "25h", true)]
    [InlineData("0 0 1 * *", "672h", false)] // 28 days
    [InlineData("0 0 1 * *", "673h", true)]
    [InlineData("0 0 13 * 5", "24h1s", true)] // Friday the 13th is one day, Thursday the 12th and Friday are two
    [InlineData("@yearly", "8760h", false)]
    [InlineData("@yearly", "8784h", true)]
    [InlineData("0 0 29 2 *", "35064h", false)]
    [InlineData("0 0 29 2 *", "35065h", true)]
    public void A_window_overlaps_itself_when_a_start_comes_before_the_end(string cron, string duration, bool overlaps) =>
        Recurring(cron, duration, "Europe/Berlin").OverlapsItself.Should().Be(overlaps);

    [Theory]
    [InlineData("30 2 * * *", "1h", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z")] // 2:30 does not exist: at 3:00
    [InlineData("30 2 * * *", "1h", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")] // 2:30 comes twice: the first
    [InlineData("0 2 * * *", "3h", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z")] // 3 hours, to 4:00
    [InlineData("0 0 * * *", "2h", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-04T05:00:00Z")] // midnight does not exist
    [InlineData("0 0 * * *", "2h", "Asia/Beirut", "2026-03-28T12:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T00:00:00Z")]
    [InlineData("15 2 * * *", "1h", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z", "2026-10-03T16:30:00Z")] // a gap of half an hour
    [InlineData("0 10 * * *", "1h", "Pacific/Apia", "2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T11:00:00Z")] // 30 December was skipped
    [InlineData("7 0 1 1 *", "1h", "Asia/Kathmandu", "1985-12-01T00:00:00Z", "1985-12-31T18:30:00Z", "1985-12-31T19:30:00Z")] // 0:00 became 0:15
    [InlineData("0 12 29 2 *", "24h", "UTC", "2096-03-02T00:00:00Z", "2104-02-29T12:00:00Z", "2104-03-01T12:00:00Z")] // 2100 is no leap year
    public void A_start_that_does_not_exist_moves_and_one_that_comes_twice_counts_once(
        string cron, string duration, string zone, string from, string start, string end)
    {
        var times = Recurring(cron, duration, zone);
        times.At(At(from)).Should().Be(new Stretch(false, At(start)));
        times.At(At(start)).Should().Be(new Stretch(true, At(end)));
        times.At(At(end)).IsActive.Should().BeFalse();
    }

    [Fact]
    public void A_date_left_out_is_that_of_the_start_as_it_is_written()
    {
        var apia = Recurring("0 10 * * *", "1h", "Pacific/Apia", "2011-12-30");
        apia.At(At("2011-12-30T10:00:00Z")).Should().Be(new Stretch(false, At("2011-12-30T20:00:00Z")), "the start of the 30th would have moved to the 31st");

        var nightly = Recurring("0 22 * * *", "8h", "Europe/Berlin", "2026-06-11");
        nightly.At(At("2026-06-11T02:00:00Z")).IsActive.Should().BeTrue("what started the day before goes on");
        nightly.At(At("2026-06-11T21:00:00Z")).Should().Be(new Stretch(false, At("2026-06-12T20:00:00Z")));
    }

    [Theory]
    [InlineData("@daily", "25h", "Europe/Berlin")]
    [InlineData("@daily", "24h", "UTC", "2026-12-24")]
    [InlineData("14 22 25/2 * 5,6", "960h", "Europe/Berlin")]
    [InlineData("@hourly", "192h", "Asia/Beirut")]
    [InlineData("0 0 * * *", "876000h", "America/New_York")]
    [InlineData("0 0 29 2 *", "87600h", "America/New_York")]
    [InlineData("0 2 * * *", "70000000h", "Europe/Berlin")]
    [InlineData("0 2 * * *", "200000000h", "Europe/Berlin")]
    public void A_window_that_never_ends_is_decided_at_any_time_without_a_look_to_the_end_of_time(string cron, string duration, string zone, params string[] exceptDates)
    {
        var rules = Closed(Open("always", cron, duration, zone, exceptDates));
        foreach (var now in new[] { "2027-01-01T00:00:00Z", "2100-02-28T00:00:00Z", "2490-01-01T00:00:00Z" })
        {
            rules.Decide(now).Should().BeEquivalentTo(new { State = GateState.Opened, Message = "Gate opened by window 'always'" }, "it is {0}", now);
        }
    }

    [Fact]
    public void A_pause_of_an_endless_window_is_found_behind_years_of_starts()
    {
        var rules = Closed(Open("always", "@daily", "24h", "UTC", "2034-12-24"));
        rules.Decide("2026-06-10T00:00:00Z").Next.Should().Be(new Transition(At("2034-12-24T00:00:00Z"), GateState.Closed, "OpenWindowEnded"));
        rules.Decide("2034-12-24T00:00:00Z").Next.Should().Be(new Transition(At("2034-12-25T00:00:00Z"), GateState.Opened, "OpenWindowStarted"));
        rules.Decide("2034-12-25T00:00:00Z").Next.Should().BeNull();
        Closed(Open("minutes", "* * * * *", "1m", "Europe/Berlin")).Decide("2026-06-10T00:00:00Z").Next.Should().Be(
            new Transition(At("2026-10-25T01:00:00Z"), GateState.Closed, "OpenWindowEnded"), "the hour that comes again has had its starts");
    }

    [Fact]
    public void The_first_and_the_last_instants_of_all_are_instants_like_others()
    {
        var rules = Closed(Open("nightly", "0 2 * * *", "3h", "Europe/Berlin"), Close("freeze", "0 2 * * 1", "1h", "America/New_York"));
        foreach (var now in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.MinValue.AddHours(3), DateTimeOffset.MaxValue.AddDays(-700) })
        {
            var decide = () => GateDecision.Decide(rules, null, null, now);
            decide.Should().NotThrow("it is {0:O}", now);
        }
    }
}
