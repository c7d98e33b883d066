using Sluice.Api.Gates;

namespace Sluice.Cli.Tests.Scheduling;

public sealed class SchedulePrinterTests
{
    // A Thursday; the clocks of Berlin are put forward on the Sunday.
    private const string Now = "2026-03-26T10:17:00Z";

    [Fact]
    public void A_schedule_fits_eighty_columns_and_needs_no_colours() =>
        Plans.Of("Europe/Berlin", Plans.Nightly, Plans.Lunch, Plans.Friday).Print(Now).Should().Be(
            """
            Gate    flux-system/maintenance
            Now     closed: Gate closed by default
            Next    opened in 58m, at Thu 2026-03-26 12:15 +01:00: window 'lunch' starts
            Zone    Europe/Berlin (+01:00 now), the gate's

            AT                            TO       IN      WHY
            Thu 2026-03-26 12:15 +01:00   opened   58m     window 'lunch' starts
            Thu 2026-03-26 13:15 +01:00   closed   118m    window 'lunch' ends
            Sat 2026-03-28 02:00 +01:00   opened   38h     window 'nightly' starts
            Sat 2026-03-28 05:00 +01:00   closed   41h     window 'nightly' ends
            Sun 2026-03-29 03:00 +02:00   opened   2d14h   window 'nightly' starts
            Sun 2026-03-29 06:00 +02:00   closed   2d17h   window 'nightly' ends
            Mon 2026-03-30 02:00 +02:00   opened   3d13h   window 'nightly' starts
            Mon 2026-03-30 05:00 +02:00   closed   3d16h   window 'nightly' ends
            Mon 2026-03-30 12:15 +02:00   opened   3d23h   window 'lunch' starts
            Mon 2026-03-30 13:15 +02:00   closed   4d      window 'lunch' ends
            Tue 2026-03-31 02:00 +02:00   opened   4d13h   window 'nightly' starts
            Tue 2026-03-31 05:00 +02:00   closed   4d16h   window 'nightly' ends
            Tue 2026-03-31 12:15 +02:00   opened   4d23h   window 'lunch' starts
            Tue 2026-03-31 13:15 +02:00   closed   5d      window 'lunch' ends
            Wed 2026-04-01 02:00 +02:00   opened   5d13h   window 'nightly' starts
            Wed 2026-04-01 05:00 +02:00   closed   5d16h   window 'nightly' ends
            Wed 2026-04-01 12:15 +02:00   opened   5d23h   window 'lunch' starts
            Wed 2026-04-01 13:15 +02:00   closed   6d      window 'lunch' ends
            Thu 2026-04-02 02:00 +02:00   opened   6d13h   window 'nightly' starts
            Thu 2026-04-02 05:00 +02:00   closed   6d16h   window 'nightly' ends
            Thu 2026-04-02 12:15 +02:00   opened   6d23h   window 'lunch' starts

            Week from Thu 26 Mar 2026                         █ opened   ▒ partly   · closed

                       0     3     6     9     12    15    18    21    24
            Thu 26 Mar                       ··▒█▒·····················  1h
                                             ▲ now, 11:17
            Fri 27 Mar ················································
            Sat 28 Mar ····██████······································  3h
            Sun 29 Mar ····  ██████····································  3h/23h
            Mon 30 Mar ····██████··············▒█▒·····················  4h
            Tue 31 Mar ····██████··············▒█▒·····················  4h
            Wed 01 Apr ····██████··············▒█▒·····················  4h

            Month from Thu 26 Mar 2026                        █ opened   ▒ partly   · closed

                Mon        Tue        Wed        Thu        Fri        Sat        Sun
            Mar 23         24         25        >26 ▒ 1h    27 ·       28 ▒ 3h    29*▒ 3h
            Apr 30 ▒ 4h    31 ▒ 4h     1 ▒ 4h     2 ▒ 4h     3 ·        4 ▒ 3h     5 ▒ 3h
                 6 ▒ 4h     7 ▒ 4h     8 ▒ 4h     9 ▒ 4h    10 ·       11 ▒ 3h    12 ▒ 3h
                13 ▒ 4h    14 ▒ 4h    15 ▒ 4h    16 ▒ 4h    17 ·       18 ▒ 3h    19 ▒ 3h
                20 ▒ 4h    21 ▒ 4h    22 ▒ 4h    23 ▒ 4h    24 ·       25 ▒ 3h    26 ▒ 3h

            * Sun 29 Mar has 23 hours: 02:00-03:00 is skipped

            """);

    [Fact]
    public void A_wide_terminal_gets_quarters_of_an_hour() =>
        string.Join('\n', Plans.Of("Europe/Berlin", Plans.Nightly, Plans.Lunch, Plans.Friday).Week(Now, 120)).Should().Be(
            """
                       0       2       4       6       8       10      12      14      16      18      20      22      24
            Thu 26 Mar                                              ····████···········································  1h
                                                                    ▲ now, 11:17
            Fri 27 Mar ································································································
            Sat 28 Mar ········████████████············································································  3h
            Sun 29 Mar ········    ████████████········································································  3h/23h
            Mon 30 Mar ········████████████·····························████···········································  4h
            Tue 31 Mar ········████████████·····························████···········································  4h
            Wed 01 Apr ········████████████·····························████···········································  4h
            """);

    [Fact]
    public void A_narrow_terminal_gets_whole_hours() =>
        Plans.Of("UTC", Plans.Nightly, Plans.Lunch).Week(Now, 60)[1..3].Should().Equal(
            "Thu 26 Mar           ··▒▒··········  1h",
            "                     ▲ now, 10:17");

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(200)]
    public void No_line_of_what_is_drawn_is_wider_than_the_terminal(int width)
    {
        var always = new GateWindow { Name = "always", Action = "open", Cron = "30 0 * * *", Duration = "23h30m" };
        foreach (var zone in new[] { "Europe/Berlin", "Australia/Lord_Howe" })
        {
            foreach (var from in new[] { "2026-03-26T23:17:00Z", "2026-04-01T00:00:00Z", "2026-09-30T00:00:00Z", "2026-10-23T12:00:00Z" })
                Plans.Of(zone, always).Print(from, width).Split('\n').Should().AllSatisfy(line => line.Length.Should().BeLessThanOrEqualTo(width, line));
        }
    }

    [Fact]
    public void The_day_on_which_the_clock_is_put_forward_has_a_gap_and_23_hours()
    {
        var week = Plans.Of("Europe/Berlin", new GateWindow { Name = "all", Action = "open", Cron = "0 1 * * *", Duration = "3h" }).Week("2026-03-28T12:00:00Z");
        week[3].Should().Be("Sun 29 Mar ··██  ████······································  3h/23h", "three hours from 01:00 are over at 05:00");
    }

    [Fact]
    public void The_day_on_which_the_clock_is_put_back_counts_the_hour_that_comes_twice_as_two()
    {
        var plan = Plans.Of("Europe/Berlin", new GateWindow { Name = "all", Action = "open", Cron = "30 2 * * *", Duration = "1h" });
        // 02:30 the first time, until 02:30 the second time: half of each of the two cells' two pieces.
        plan.Week("2026-10-24T12:00:00Z")[3].Should().Be("Sun 25 Oct ····▒▒··········································  1h/25h");
        plan.Print("2026-10-24T12:00:00Z").Should().EndWith("\n* Sun 25 Oct has 25 hours: 02:00-03:00 comes twice\n").And.Contain(" 25*▒ 1h");
    }

    [Theory]
    [InlineData("Asia/Beirut", "2026-03-28T12:00:00Z", "* Sun 29 Mar has 23 hours: 00:00-01:00 is skipped")]
    [InlineData("Australia/Lord_Howe", "2026-04-04T00:00:00Z", "* Sun 05 Apr has 24.5 hours: 01:30-02:00 comes twice")]
    [InlineData("America/Sao_Paulo", "2018-02-17T12:00:00Z", "* Sat 17 Feb has 25 hours: 23:00-00:00 comes twice")]
    [InlineData("Pacific/Apia", "2011-12-29T00:00:00Z", "* Fri 30 Dec does not exist in this zone")]
    public void Days_that_are_not_ordinary_are_noted(string zone, string from, string note) =>
        Plans.Of(zone, Plans.Nightly).Print(from).Should().Contain($"\n{note}\n");

    [Fact]
    public void A_zone_without_changes_notes_nothing() =>
        Plans.Of("Asia/Kathmandu", Plans.Nightly).Print(Now).Should().NotContain("* ");

    [Fact]
    public void What_lies_before_the_beginning_is_not_drawn_and_now_is_marked_where_there_is_room()
    {
        Plans.Of("UTC").Week("2026-03-26T23:17:00Z")[1..3].Should().Equal(
            "Thu 26 Mar                                               ··",
            "                                              now, 23:17 ▲");
        Plans.Of("UTC").Week("2026-03-26T00:00:00Z")[2].Should().Be("           ▲ now, 00:00");
        Plans.Of("UTC").Week("2026-03-26T00:00:00Z", from: "2026-05-01T00:00:00Z").Should().NotContain(line => line.Contains('▲'));
    }

    [Fact]
    public void A_gate_without_windows_says_that_nothing_is_scheduled() =>
        Plans.Of(new GateSpec { Default = "opened" }).Print(Now).Should().Contain("Next    nothing is scheduled to change that\n").And.Contain("No transitions: it stays opened.\n");

    [Fact]
    public void A_request_in_force_is_part_of_the_schedule() =>
        Plans.Of(new GateSpec { TimeZone = "UTC", Windows = [Plans.Nightly] }, Plans.Requested("opened", "2026-03-26T10:00:00Z", "2026-03-26T11:00:00Z")).Print(Now).Should()
            .Contain("Next    closed in 43m, at Thu 2026-03-26 11:00 +00:00: the open request ends\n")
            .And.Contain("Thu 2026-03-26 11:00 +00:00   closed   43m");

    [Fact]
    public void A_gate_that_changes_every_few_minutes_does_not_fill_the_screen()
    {
        var often = Plans.Of("UTC", new GateWindow { Name = "often", Action = "open", Cron = "*/10 * * * *", Duration = "5m" }).Print(Now);
        often.Split('\n').Count(line => line.Contains("window 'often'") && line.Contains("+00:00  ")).Should().Be(30);
        often.Should().Contain("\n… and more: --to says until when\n").And.Contain("▒▒▒▒▒▒");
    }

    [Fact]
    public void At_least_ten_transitions_are_listed_however_far_they_are() =>
        Plans.Of("UTC", new GateWindow { Name = "monthly", Action = "open", Cron = "@monthly", Duration = "1h" }).Print(Now)
            .Split('\n').Count(line => line.Contains("window 'monthly'") && line.Contains("+00:00  ")).Should().Be(10);
}
