using BenchmarkDotNet.Attributes;
using Cronos;
using Sluice.Gating.Gates;
using Sluice.Gating.Windows;

namespace Sluice.WindowBench;

/// <summary>
/// What it costs to ask a gate with twenty windows, and to find transitions that are far ahead. Beside it, the same twenty windows asked the
/// way of Argo CD's sync windows: each expression parsed at every question, and its next start after now less its duration compared with now.
/// </summary>
[MemoryDiagnoser]
public class Decisions
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 10, 17, 3, TimeSpan.Zero);

    private readonly (string Cron, TimeSpan Duration, string Zone)[] _utc = Windows("UTC");
    private readonly (string Cron, TimeSpan Duration, string Zone)[] _zoned = Windows("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
    private readonly GateRules _zonedRules;
    private readonly GateRules _leapDay = Rules([("0 0 29 2 *", TimeSpan.FromHours(1), "Europe/Berlin")]);
    private DateTimeOffset _now = Start;

    public Decisions()
    {
        _zonedRules = Rules(_zoned);
    }

    /// <summary>The steady path: the same gate again, a moment later, within what it said before.</summary>
    [Benchmark]
    public GateState Decide_20_windows_again() => GateDecision.Decide(_zonedRules, null, null, Start.AddTicks(_now.Ticks % 1000)).State;

    /// <summary>The first question after a transition, in the course of a year: nothing that was found before helps.</summary>
    [Benchmark]
    public GateState Decide_20_windows_at_another_time()
    {
        _now = _now.AddHours(7);
        return GateDecision.Decide(_zonedRules, null, null, _now).State;
    }

    /// <summary>The next transition of a window that starts on the 29th of February.</summary>
    [Benchmark]
    public DateTimeOffset Next_transition_of_0_0_29_2()
    {
        _now = _now.AddHours(7);
        return GateDecision.Decide(_leapDay, null, null, _now).Next!.At;
    }

    [Benchmark(Baseline = true)]
    public bool Argo_CDs_way_20_windows_in_UTC() => ParseAndAsk(_utc);

    [Benchmark]
    public bool Argo_CDs_way_20_windows_in_zones() => ParseAndAsk(_zoned);

    private static bool ParseAndAsk((string Cron, TimeSpan Duration, string Zone)[] windows)
    {
        var active = false;
        foreach (var (cron, duration, zone) in windows)
        {
            var next = CronExpression.Parse(cron).GetNextOccurrence(Start - duration, TimeZoneInfo.FindSystemTimeZoneById(zone));
            active |= next <= Start;
        }

        return active;
    }

    private static (string Cron, TimeSpan Duration, string Zone)[] Windows(params string[] zones) =>
    [
        .. Enumerable.Range(0, 20).Select(i => ($"{i} {i} * * {i % 7}", TimeSpan.FromMinutes(30 + i), zones[i % zones.Length])),
    ];

    private static GateRules Rules(IEnumerable<(string Cron, TimeSpan Duration, string Zone)> windows) => new()
    {
        Schedule = new(windows.Select((window, index) =>
        {
            _ = CronSchedule.TryParse(window.Cron, out var starts, out _);
            _ = TimeZones.TryFind(window.Zone, out var zone);
            return new Window($"window-{index}", index % 5 == 0 ? WindowAction.Close : WindowAction.Open, new RecurringTimes(starts!, window.Duration, zone!, []));
        })),
    };
}
