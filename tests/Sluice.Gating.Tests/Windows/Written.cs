using NodaTime;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Tests.Windows;

/// <summary>Windows and instants as people write them.</summary>
internal static class Written
{
    public static Window Open(string name, string cron, string duration, string zone = "UTC", params string[] exceptDates) =>
        new(name, WindowAction.Open, Recurring(cron, duration, zone, exceptDates));

    public static Window Close(string name, string cron, string duration, string zone = "UTC", params string[] exceptDates) =>
        new(name, WindowAction.Close, Recurring(cron, duration, zone, exceptDates));

    public static Window OpenOnce(string name, string start, string end) => new(name, WindowAction.Open, new OneOffTimes(At(start), At(end)));

    public static Window CloseOnce(string name, string start, string end) => new(name, WindowAction.Close, new OneOffTimes(At(start), At(end)));

    public static GateRules Closed(params Window[] windows) => new() { Schedule = new Schedule(windows) };

    public static GateRules Opened(params Window[] windows) => new() { Default = GateState.Opened, Schedule = new Schedule(windows) };

    public static RecurringTimes Recurring(string cron, string duration, string zone, params string[] exceptDates)
    {
        CronSchedule.TryParse(cron, out var starts, out var problem).Should().BeTrue(problem);
        GoDuration.TryParse(duration, out var length).Should().BeTrue($"'{duration}' is a duration");
        TimeZones.TryFind(zone, out var found).Should().BeTrue($"'{zone}' is a zone");
        return new(starts!, length, found!, exceptDates.Select(date => LocalDate.FromDateTime(DateTime.Parse(date, null))));
    }

    public static DateTimeOffset At(string instant)
    {
        Rfc3339.TryParse(instant, out var at).Should().BeTrue($"'{instant}' is a time");
        return at;
    }

    public static GateDecision Decide(this GateRules rules, string instant, GateRequest? request = null) => GateDecision.Decide(rules, request, null, At(instant));

    public static GateState StateAt(this GateRules rules, string instant, GateRequest? request = null) => rules.Decide(instant, request).State;

    /// <summary>The next transitions, one a line.</summary>
    public static IEnumerable<string> TransitionsFrom(this GateRules rules, string instant, int count) =>
        Forecast.From(rules, null, At(instant)).Take(count).Select(next => $"{Rfc3339.Format(next.At)} {next.To} {next.Reason}");
}
