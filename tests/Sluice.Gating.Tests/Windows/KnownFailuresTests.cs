using Sluice.Gating.Gates;
using Sluice.Gating.Windows;
using static Sluice.Gating.Tests.Windows.Written;

namespace Sluice.Gating.Tests.Windows;

/// <summary>What other systems were seen to do wrong, each with its source, and what Sluice does.</summary>
public sealed class KnownFailuresTests
{
    /// <summary>Source, what went wrong there; action, cron, duration and zone of the window; an instant, and whether the window is active then.</summary>
    public static TheoryData<string, string, string, string, string, bool> States => new()
    {
        // argoproj/argo-cd#3204: windows in UTC only; one for 10:00 in New York was an hour late from the spring change on.
        { "argoproj/argo-cd#3204", "0 10 * * *", "2h", "America/New_York", "2026-03-07T15:00:00Z", true },
        { "argoproj/argo-cd#3204", "0 10 * * *", "2h", "America/New_York", "2026-03-08T14:00:00Z", true },
        { "argoproj/argo-cd#3204", "0 10 * * *", "2h", "America/New_York", "2026-03-08T16:00:00Z", false },

        // argoproj/argo-cd#17750: a window of 9:00 to 12:30 in London was suspected of 8:00 to 11:30 after the change.
        { "argoproj/argo-cd#17750", "0 9 * * *", "3h30m", "Europe/London", "2024-03-30T12:29:59Z", true },
        { "argoproj/argo-cd#17750", "0 9 * * *", "3h30m", "Europe/London", "2024-03-31T07:59:59Z", false },
        { "argoproj/argo-cd#17750", "0 9 * * *", "3h30m", "Europe/London", "2024-03-31T11:29:59Z", true },
        { "argoproj/argo-cd#17750", "0 9 * * *", "3h30m", "Europe/London", "2024-03-31T11:30:00Z", false },

        // Argo CD, the offset of now is applied to the whole window: one that spans the spring change is
        // halved (no issue of its own found; time zones came with argoproj/argo-cd#7442, whose tests broke at the next change: #7643).
        { "argo-cd, halved in spring", "0 1 * * *", "2h", "Europe/Berlin", "2026-03-29T00:00:00Z", true },
        { "argo-cd, halved in spring", "0 1 * * *", "2h", "Europe/Berlin", "2026-03-29T01:59:59Z", true },
        { "argo-cd, halved in spring", "0 1 * * *", "2h", "Europe/Berlin", "2026-03-29T02:00:00Z", false },

        // Argo CD, the hour that comes twice is entered twice: the window flaps in autumn (no issue of its own found; argoproj/argo-cd#7442).
        { "argo-cd, flaps in autumn", "30 2 * * *", "30m", "Europe/Berlin", "2026-10-25T00:30:00Z", true },
        { "argo-cd, flaps in autumn", "30 2 * * *", "30m", "Europe/Berlin", "2026-10-25T01:00:00Z", false },
        { "argo-cd, flaps in autumn", "30 2 * * *", "30m", "Europe/Berlin", "2026-10-25T01:30:00Z", false },

        // argoproj/argo-cd#5590: a deny window blocked outside its hour.
        { "argoproj/argo-cd#5590", "2 13 * * *", "1h", "UTC", "2021-02-24T13:01:59Z", false },
        { "argoproj/argo-cd#5590", "2 13 * * *", "1h", "UTC", "2021-02-24T14:01:59Z", true },
        { "argoproj/argo-cd#5590", "2 13 * * *", "1h", "UTC", "2021-02-24T14:02:00Z", false },

        // kubereboot/kured#204: 9pm to 5am never contained anything.
        { "kubereboot/kured#204", "0 21 * * 1-5", "8h", "America/Los_Angeles", "2019-04-04T07:49:00Z", true },
        { "kubereboot/kured#204", "0 21 * * 1-5", "8h", "America/Los_Angeles", "2019-04-05T05:49:00Z", true },
        { "kubereboot/kured#204", "0 21 * * 1-5", "8h", "America/Los_Angeles", "2019-04-05T16:01:00Z", false },

        // kured tests the weekday of now, not that of the start: the night of a Friday is cut off at midnight, and Monday's small hours are
        // let in (no issue of its own found; windows over midnight were asked for in kubereboot/kured#204).
        { "kured, weekday after midnight", "0 21 * * 1-5", "8h", "America/Los_Angeles", "2019-04-06T11:00:00Z", true },
        { "kured, weekday after midnight", "0 21 * * 1-5", "8h", "America/Los_Angeles", "2019-04-08T11:00:00Z", false },

        // kedacore/keda#4677: what began on Friday went on till Sunday, since its end was looked for on the next day that had one.
        { "kedacore/keda#4677", "30 6 * * 1-5", "15h40m", "Europe/Prague", "2023-06-16T20:09:59Z", true },
        { "kedacore/keda#4677", "30 6 * * 1-5", "15h40m", "Europe/Prague", "2023-06-16T20:10:00Z", false },
        { "kedacore/keda#4677", "30 6 * * 1-5", "15h40m", "Europe/Prague", "2023-06-18T10:00:00Z", false },

        // kedacore/keda#3854: at the boundary an opening too early, by the time between two looks at the clock.
        { "kedacore/keda#3854", "0 8 L * *", "36h", "UTC", "2022-10-30T08:00:00Z", false },
        { "kedacore/keda#3854", "0 8 L * *", "36h", "UTC", "2022-10-31T07:59:59.999Z", false },
        { "kedacore/keda#3854", "0 8 L * *", "36h", "UTC", "2022-10-31T08:00:00Z", true },
        { "kedacore/keda#3854", "0 8 L * *", "36h", "UTC", "2022-11-01T20:00:00Z", false },

        // SUSE/rebootmgr#10: triggered at 6:59:59 for a window from 7:00:00 on.
        { "SUSE/rebootmgr#10", "0 7 * * *", "1h30m", "UTC", "2022-10-26T06:59:59.9999999Z", false },
        { "SUSE/rebootmgr#10", "0 7 * * *", "1h30m", "UTC", "2022-10-26T07:00:00Z", true },

        // robfig/cron#541 and go-co-op/gocron#911: 2:30 was skipped in spring and came twice in autumn.
        { "robfig/cron#541", "0 2 * * *", "1h", "US/Pacific", "2025-03-09T10:00:00Z", true },
        { "go-co-op/gocron#911", "30 2 * * *", "15m", "America/New_York", "2026-03-08T07:00:00Z", true },
        { "go-co-op/gocron#911", "30 1 * * *", "15m", "America/New_York", "2026-11-01T05:30:00Z", true },
        { "go-co-op/gocron#911", "30 1 * * *", "15m", "America/New_York", "2026-11-01T06:30:00Z", false },

        // kubernetes/kubernetes#125610: no fault, but a surprise, and the dialect: the days of the month or Tuesday.
        { "kubernetes/kubernetes#125610", "0 18 1-7,15-21 * TUE", "1h", "UTC", "2024-06-05T18:00:00Z", true },
        { "kubernetes/kubernetes#125610", "0 18 1-7,15-21 * TUE", "1h", "UTC", "2024-06-11T18:00:00Z", true },
        { "kubernetes/kubernetes#125610", "0 18 1-7,15-21 * TUE", "1h", "UTC", "2024-06-12T18:00:00Z", false },

        // SigNoz/signoz#7494: what starts on one day and ends on the next, over the end of a month, too.
        { "SigNoz/signoz#7494", "0 23 31 * *", "4h", "Europe/Berlin", "2025-04-01T00:59:59Z", true },

        // googlecloudrobotics/core#575: a window of 38 hours on Saturday and Sunday lasts till Monday evening. So it does here.
        { "googlecloudrobotics/core#575", "0 5 * * 6,0", "38h", "UTC", "2025-10-20T06:49:03Z", true },
        { "googlecloudrobotics/core#575", "0 5 * * 6,0", "38h", "UTC", "2025-10-20T19:00:00Z", false },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void A_window_is_active_when_it_is_written_to_be(string source, string cron, string duration, string zone, string now, bool active)
    {
        Closed(Open("w", cron, duration, zone)).StateAt(now).Should().Be(active ? GateState.Opened : GateState.Closed, "see {0}", source);
        Opened(Close("w", cron, duration, zone)).StateAt(now).Should().Be(active ? GateState.Closed : GateState.Opened, "see {0}", source);
    }

    /// <summary>Source, cron, duration and zone of an open window; an instant, and the next transition that is announced then.</summary>
    public static TheoryData<string, string, string, string, string, string> Announcements => new()
    {
        // Spinnaker announces an opening a day late when today's window lies still ahead in the zone of the window (no issue of its own found;
        // spinnaker/orca#1038 has the calculation going awry for a day of the week in the future).
        { "Spinnaker, a day late", "0 10 * * *", "2h", "America/Los_Angeles", "2026-06-10T16:59:00Z", "2026-06-10T17:00:00Z Opened OpenWindowStarted" },
        { "Spinnaker, a day late", "0 23 * * *", "1h", "America/Los_Angeles", "2026-06-10T01:00:00Z", "2026-06-10T06:00:00Z Opened OpenWindowStarted" },
        { "spinnaker/orca#1038", "0 10 * * 5", "2h", "America/Los_Angeles", "2026-06-10T01:00:00Z", "2026-06-12T17:00:00Z Opened OpenWindowStarted" },

        // spinnaker/orca#1344: a day without hours is the whole day, without the last 59 seconds missing.
        { "spinnaker/orca#1344", "0 0 * * 5", "24h", "UTC", "2026-06-12T23:59:59Z", "2026-06-13T00:00:00Z Closed OpenWindowEnded" },

        // aws-solutions/instance-scheduler-on-aws#110: periods that meet at midnight are one.
        { "aws-solutions/instance-scheduler-on-aws#110", "0 23,0 * * *", "1h", "UTC", "2026-06-10T23:30:00Z", "2026-06-11T01:00:00Z Closed OpenWindowEnded" },

        // controlplaneio-fluxcd/flux-operator#288: 29 February comes after years, and no look-back may be too short for it.
        { "controlplaneio-fluxcd/flux-operator#288", "0 0 29 2 *", "10h", "UTC", "2025-06-12T10:32:01Z", "2028-02-29T00:00:00Z Opened OpenWindowStarted" },
        { "controlplaneio-fluxcd/flux-operator#288", "0 0 29 2 *", "10h", "UTC", "2028-02-29T09:59:59Z", "2028-02-29T10:00:00Z Closed OpenWindowEnded" },
    };

    [Theory]
    [MemberData(nameof(Announcements))]
    public void The_next_transition_is_announced_for_the_time_at_which_it_comes(string source, string cron, string duration, string zone, string now, string next) =>
        Closed(Open("w", cron, duration, zone)).TransitionsFrom(now, 1).Should().Equal([next], "see {0}", source);

    /// <remarks>argoproj/argo-cd#10425: with two allow windows, an inactive one prevented what the active one allows.</remarks>
    [Fact]
    public void One_active_open_window_is_enough_whatever_the_others_are()
    {
        var rules = Closed(Open("monday-to-thursday", "0 9 * * 1-4", "8h"), Open("friday", "0 9 * * 5", "5h"));
        rules.StateAt("2022-08-23T16:59:59Z").Should().Be(GateState.Opened);
        rules.StateAt("2022-08-26T13:59:59Z").Should().Be(GateState.Opened);
        rules.StateAt("2022-08-26T14:00:00Z").Should().Be(GateState.Closed);
    }

    /// <remarks>argoproj/argo-cd#21692: `0 0-15,17-23 * * *` denies all but an hour; what waited went on waiting when the hour came.</remarks>
    [Fact]
    public void The_hour_between_close_windows_is_announced_and_comes() =>
        Opened(Close("all-but-one", "0 0-15,17-23 * * *", "1h")).TransitionsFrom("2025-01-28T15:30:00Z", 3).Should().Equal(
            "2025-01-28T16:00:00Z Opened CloseWindowEnded", "2025-01-28T17:00:00Z Closed CloseWindowStarted", "2025-01-29T16:00:00Z Opened CloseWindowEnded");

    /// <remarks>Rancher Fleet loses one of two overlapping schedules when the other ends (no issue of its own found; schedules came with rancher/fleet#3726, and #4209 mends one that stayed active).</remarks>
    [Fact]
    public void The_end_of_one_of_two_overlapping_windows_ends_nothing() =>
        Closed(Open("a", "0 2 * * *", "2h"), Open("b", "0 3 * * *", "3h")).TransitionsFrom("2026-06-10T02:30:00Z", 1).Should().Equal("2026-06-10T06:00:00Z Closed OpenWindowEnded");

    /// <remarks>rancher/fleet#727, of the proposal before it: what began during a window waited for the next; Fleet stays closed after a restart inside one.</remarks>
    [Fact]
    public void A_start_of_the_controller_inside_a_window_finds_it_active()
    {
        foreach (var now in new[] { "2026-06-10T02:00:00Z", "2026-06-10T02:00:01Z", "2026-06-10T03:17:00Z", "2026-06-10T04:59:59Z" })
        {
            Closed(Open("nightly", "0 2 * * *", "3h")).StateAt(now).Should().Be(GateState.Opened, "it is started at {0}", now);
        }
    }

    /// <remarks>argoproj/argo-cd#10071: an hour of 24 was taken, and brought down every sync of the project. Argo CD makes UTC of an unknown zone (no issue of its own found; zones came with #7442).</remarks>
    [Theory]
    [InlineData("* 7-24 * * 0-6")]
    [InlineData("* 7 * * 0-8")]
    public void What_cannot_be_read_is_refused_when_it_is_read(string cron) => CronSchedule.TryParse(cron, out _, out _).Should().BeFalse();

    /// <remarks>kedacore/keda#932: the zones of the image decided; Argo CD takes UTC for a zone that it does not know (no issue of its own found; zones came with argoproj/argo-cd#7442).</remarks>
    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("America/Argentina/Buenos_Aires", true)]
    [InlineData("UTC", true)]
    [InlineData("Etc/UTC", true)]
    [InlineData("US/Pacific", true)]
    [InlineData("Europe/Berlln", false)]
    [InlineData("europe/berlin", false)]
    [InlineData("", false)]
    [InlineData("Local", false)]
    [InlineData("+01:00", false)]
    [InlineData("UTC+1", false)]
    [InlineData("W. Europe Standard Time", false)]
    public void A_zone_is_known_on_every_machine_or_on_none(string id, bool known) => TimeZones.TryFind(id, out _).Should().Be(known);
}
