using Sluice.Api.Gates;
using Sluice.Gating.Gates;
using Sluice.Gating.Windows;

namespace Sluice.Api.Tests;

/// <summary>A spec with windows becomes rules, or says which field cannot be understood, and why.</summary>
public sealed class GateSpecWindowTests
{
    private const string OneOfThree = "expected exactly one of 'cron' with 'duration', 'start' with 'end', or 'calendar'";
    private const string Start = "2026-11-23T00:00:00Z";
    private const string End = "2026-12-01T00:00:00Z";

    private static readonly GateWindow Nightly = new() { Name = "nightly", Action = "open", Cron = "0 2 * * *", Duration = "3h" };
    private static readonly GateWindow Freeze = new() { Name = "freeze", Action = "close", Start = Start, End = End };
    private static readonly CalendarReference Holidays = new() { ConfigMapRef = new() { Name = "holidays", Key = "de.ics" } };

    public static TheoryData<GateWindow, string> Faults => new()
    {
        { Nightly with { Action = null }, "spec.windows[1].action: '' is not an action; expected 'open' or 'close'" },
        { Nightly with { Action = "Open" }, "spec.windows[1].action: 'Open' is not an action; expected 'open' or 'close'" },
        { Nightly with { TimeZone = "Europe/Berlln" }, $"spec.windows[1].timeZone: 'Europe/Berlln' is not a time zone; expected an IANA name such as 'Europe/Berlin' or 'UTC' (database {TimeZones.DatabaseVersion})" },
        { Nightly with { TimeZone = "" }, $"spec.windows[1].timeZone: '' is not a time zone; expected an IANA name such as 'Europe/Berlin' or 'UTC' (database {TimeZones.DatabaseVersion})" },
        { Nightly with { Cron = "0 2 * *" }, "spec.windows[1].cron: '0 2 * *' has 4 fields; expected five fields (minute, hour, day of month, month, day of week), for example '0 2 * * *', or a macro such as '@daily'" },
        { Nightly with { Cron = "0 0 30 2 *" }, "spec.windows[1].cron: '0 0 30 2 *' never happens; expected a date that exists" },
        { Nightly with { Cron = "TZ=UTC 0 2 * * *" }, "spec.windows[1].cron: 'TZ=UTC 0 2 * * *' names a time zone; expected it in the field timeZone" },
        { Nightly with { Duration = null }, "spec.windows[1].duration: '' is not the duration of a window; expected one greater than zero, for example '1h30m'" },
        { Nightly with { Duration = "0s" }, "spec.windows[1].duration: '0s' is not the duration of a window; expected one greater than zero, for example '1h30m'" },
        { Nightly with { Duration = "-3h" }, "spec.windows[1].duration: '-3h' is not the duration of a window; expected one greater than zero, for example '1h30m'" },
        { Nightly with { Duration = "3" }, "spec.windows[1].duration: '3' is not the duration of a window; expected one greater than zero, for example '1h30m'" },
        { Nightly with { Duration = "3d" }, "spec.windows[1].duration: '3d' is not the duration of a window; expected one greater than zero, for example '1h30m'" },
        { Nightly with { ExceptDates = ["2026-12-24", "24.12.2026"] }, "spec.windows[1].exceptDates[1]: '24.12.2026' is not a date; expected one such as '2026-12-24'" },
        { Nightly with { ExceptDates = ["2026-02-29"] }, "spec.windows[1].exceptDates[0]: '2026-02-29' is not a date; expected one such as '2026-12-24'" },
        { Nightly with { Start = Start }, $"spec.windows[1]: {OneOfThree}" },
        { Nightly with { Start = Start, End = End }, $"spec.windows[1]: {OneOfThree}" },
        { Nightly with { End = End }, $"spec.windows[1]: {OneOfThree}" },
        { Nightly with { Calendar = Holidays }, $"spec.windows[1]: {OneOfThree}" },
        { Nightly with { Cron = null }, $"spec.windows[1]: {OneOfThree}" },
        { new GateWindow { Name = "empty", Action = "open" }, $"spec.windows[1]: {OneOfThree}" },
        { Freeze with { Start = null }, $"spec.windows[1]: {OneOfThree}" },
        { Freeze with { End = null }, $"spec.windows[1]: {OneOfThree}" },
        { Freeze with { Calendar = Holidays }, $"spec.windows[1]: {OneOfThree}" },
        { Freeze with { Start = "2026-11-23" }, "spec.windows[1].start: '2026-11-23' is not a time; expected RFC 3339, for example 2026-11-23T00:00:00Z" },
        { Freeze with { End = "2026-12-01T00:00:00" }, "spec.windows[1].end: '2026-12-01T00:00:00' is not a time; expected RFC 3339, for example 2026-11-23T00:00:00Z" },
        { Freeze with { End = Start }, $"spec.windows[1].end: '{Start}' is not after the start '{Start}'" },
        { Freeze with { Start = End, End = Start }, $"spec.windows[1].end: '{Start}' is not after the start '{End}'" },
        { Freeze with { Duration = "3h" }, "spec.windows[1]: 'duration', 'timeZone' and 'exceptDates' are not for a window with 'start' and 'end', whose times name their offsets" },
        { Freeze with { TimeZone = "UTC" }, "spec.windows[1]: 'duration', 'timeZone' and 'exceptDates' are not for a window with 'start' and 'end', whose times name their offsets" },
        { Freeze with { ExceptDates = ["2026-11-24"] }, "spec.windows[1]: 'duration', 'timeZone' and 'exceptDates' are not for a window with 'start' and 'end', whose times name their offsets" },
        { new GateWindow { Name = "holidays", Action = "close", Calendar = Holidays }, "spec.windows[1].calendar: ConfigMap 'holidays' cannot be read here" },
        { new GateWindow { Name = "holidays", Action = "close", Calendar = Holidays, Duration = "3h" }, $"spec.windows[1]: {OneOfThree}" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_window_that_cannot_be_understood_closes_the_gate_and_says_which_field_and_what_is_allowed(GateWindow window, string fault)
    {
        var rules = Rules(new() { Default = "opened", Windows = [Nightly, window] });
        rules.Fault.Should().Be(fault);
        GateDecision.Decide(rules, null, null, DateTimeOffset.UnixEpoch).Should().Be(new GateDecision(GateState.Closed, "InvalidSpec", fault, "InvalidSpec", null));
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("soon")]
    [InlineData("-15m")]
    public void A_margin_is_longer_than_nothing(string margin) =>
        Rules(new() { Margin = margin }).Fault.Should().Be($"spec.margin: '{margin}' is not a margin; expected a duration greater than zero, for example '1h30m'");

    [Fact]
    public void A_zone_of_the_gate_must_exist_though_no_window_uses_it()
    {
        const string Fault = "spec.timeZone: 'Mars' is not a time zone; expected an IANA name such as 'Europe/Berlin' or 'UTC'";
        Rules(new() { TimeZone = "Mars" }).Fault.Should().StartWith(Fault);
        Rules(new() { TimeZone = "Mars", Windows = [Nightly with { TimeZone = "UTC" }] }).Fault.Should().StartWith(Fault);
    }

    [Theory]
    [InlineData(null, null, "2026-06-10T02:00:00Z")]
    [InlineData("Europe/Berlin", null, "2026-06-10T00:00:00Z")]
    [InlineData("Europe/Berlin", "Asia/Kathmandu", "2026-06-09T20:15:00Z")]
    public void A_window_is_in_its_own_zone_else_in_the_gates_else_in_UTC(string? ofGate, string? ofWindow, string start)
    {
        var rules = Rules(new() { TimeZone = ofGate, Windows = [Nightly with { TimeZone = ofWindow }] });
        rules.Fault.Should().BeNull();
        var decision = GateDecision.Decide(rules, null, null, DateTimeOffset.Parse("2026-06-09T12:00:00Z", null));
        decision.Next.Should().Be(new Transition(DateTimeOffset.Parse(start, null), GateState.Opened, "OpenWindowStarted"));
    }

    [Fact]
    public void The_windows_come_in_the_order_of_the_spec_with_all_that_is_written_there()
    {
        var rules = Rules(new() { Margin = "15m", Windows = [Freeze with { Description = "Black Friday" }, Nightly with { ExceptDates = ["2026-12-24"] }] });
        rules.Fault.Should().BeNull();
        rules.Margin.Should().Be(TimeSpan.FromMinutes(15));
        rules.Schedule.Windows.Select(window => (window.Name, window.Action, window.Description)).Should().Equal(
            ("freeze", WindowAction.Close, "Black Friday"), ("nightly", WindowAction.Open, null));
        State("2026-12-24T02:00:00Z").Should().Be(GateState.Closed, "that date is left out");
        State("2026-12-25T02:00:00Z").Should().Be(GateState.Opened);
        State("2026-11-25T02:00:00Z").Should().Be(GateState.Closed);

        GateState State(string now) => GateDecision.Decide(rules, null, null, DateTimeOffset.Parse(now, null)).State;
    }

    private static GateRules Rules(GateSpec spec) => spec.ToRules(NoCalendars.Instance);
}
