using NodaTime;
using Sluice.Gating.Calendars;
using Sluice.Gating.Gates;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Tests.Windows;

/// <summary>Inputs that once made a decision throw, which left what names the gate as it was.</summary>
public sealed class EdgesOfTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_date_that_its_zone_has_skipped_may_be_left_out_of_a_window_that_never_pauses()
    {
        CronSchedule.TryParse("@hourly", out var hourly, out _).Should().BeTrue();
        TimeZones.TryFind("Pacific/Apia", out var apia).Should().BeTrue();
        var decision = Decide(new RecurringTimes(hourly!, TimeSpan.FromHours(1), apia!, [new LocalDate(2011, 12, 30)]));
        decision.State.Should().Be(GateState.Opened);
        decision.Next.Should().BeNull();
    }

    [Fact]
    public void An_event_in_the_last_hours_of_time_may_stand_in_a_calendar_with_dates_that_are_left_out()
    {
        var text = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:last\nDTSTART;TZID=Etc/GMT+12:99991230T235959\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n";
        TimeZones.TryFind("Pacific/Kiritimati", out var zone).Should().BeTrue();
        EventCalendar.TryParse(text, zone!, out var calendar, out var problem).Should().BeTrue(problem);
        Decide(new CalendarTimes(calendar!, [new LocalDate(2026, 12, 24)], zone!)).State.Should().Be(GateState.Closed);
    }

    private static GateDecision Decide(WindowTimes times) =>
        GateDecision.Decide(new() { Schedule = new([new Window("window", WindowAction.Open, times)]) }, null, null, Now);
}
