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
    private readonly (string, WindowAction, CronSchedule, TimeSpan, NodaTime.DateTimeZone)[] _leapDay = Read([("0 0 29 2 *", TimeSpan.FromHours(1), "Europe/Berlin")]);
    private readonly (string, WindowAction, CronSchedule, TimeSpan, NodaTime.DateTimeZone)[] _zonedWindows;
    private int _turn;

    public Decisions()
    {
        _zonedWindows = Read(_zoned);
        _zonedRules = Fresh(_zonedWindows);
    }

    /// <summary>The steady path: the same gate again, a moment later, within what it said before.</summary>
    [Benchmark]
    public GateState Decide_20_windows_again() => GateDecision.Decide(_zonedRules, null, null, Start.AddTicks(_turn++ & 1023)).State;

    /// <summary>
    /// The first question that a gate is ever asked, or after its spec was changed: rules that were read just now, at one of 1,024 instants over
    /// three years. Nothing that was found before helps; reading the spec is not measured.
    /// </summary>
    [Benchmark]
    public GateState Decide_20_windows_for_the_first_time() => GateDecision.Decide(Fresh(_zonedWindows), null, null, Instant()).State;

    /// <summary>The next transition of a window that starts on the 29th of February, found anew.</summary>
    [Benchmark]
    public DateTimeOffset Next_transition_of_0_0_29_2() => GateDecision.Decide(Fresh(_leapDay), null, null, Instant()).Next!.At;

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

    private DateTimeOffset Instant() => Start.AddHours(25.7 * (_turn++ & 1023));

    private static (string Name, WindowAction Action, CronSchedule Starts, TimeSpan Duration, NodaTime.DateTimeZone Zone)[] Read(
        IEnumerable<(string Cron, TimeSpan Duration, string Zone)> windows) =>
    [
        .. windows.Select((window, index) =>
        {
            _ = CronSchedule.TryParse(window.Cron, out var starts, out _);
            _ = TimeZones.TryFind(window.Zone, out var zone);
            return ($"window-{index}", index % 5 == 4 ? WindowAction.Close : WindowAction.Open, starts!, window.Duration, zone!);
        }),
    ];

    // What was found before is kept by the windows and the rules, so these are new ones.
    private static GateRules Fresh((string Name, WindowAction Action, CronSchedule Starts, TimeSpan Duration, NodaTime.DateTimeZone Zone)[] windows) => new()
    {
        Schedule = new(windows.Select(window => new Window(window.Name, window.Action, new RecurringTimes(window.Starts, window.Duration, window.Zone, [])))),
    };
}
