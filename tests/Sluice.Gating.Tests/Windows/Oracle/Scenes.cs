using CsCheck;
using NodaTime;
using Sluice.Gating.Gates;
using Sluice.Gating.Requests;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Tests.Windows.Oracle;

/// <summary>Random gates, mostly where and when the clocks change, months end, or days are missing.</summary>
internal static class Scenes
{
    public static Candidate Named { get; } = new("main@sha1:aaaa", "sha256:1111");

    private static readonly Candidate Other = new("main@sha1:bbbb", "sha256:2222");

    private static readonly (string Zone, string[] Days)[] Places =
    [
        ("Europe/Berlin", ["2026-03-29", "2026-10-25", "2024-02-29", "2026-12-31"]),
        ("America/New_York", ["2026-03-08", "2026-11-01", "2028-02-29"]),
        ("Australia/Lord_Howe", ["2026-04-04", "2026-10-03"]),
        ("Asia/Beirut", ["2026-03-28", "2026-10-24"]),
        ("America/Sao_Paulo", ["2017-10-15", "2018-02-18", "2018-11-04"]),
        ("Africa/Casablanca", ["2026-02-15", "2026-03-22"]),
        ("Pacific/Apia", ["2011-12-30", "2011-09-24", "2012-04-01"]),
        ("UTC", ["2024-02-29", "2027-02-28", "2026-06-30", "2026-12-31"]),
        ("Asia/Kathmandu", ["1985-12-31", "2026-04-30"]),
        ("Antarctica/Troll", ["2026-03-29", "2026-10-25"]),
        ("Europe/Dublin", ["2026-03-29", "2026-10-25"]),
        ("Africa/Cairo", ["2026-04-23", "2026-10-29"]),
    ];

    private static readonly Gen<string> Minutes = Gen.Frequency(
        (10, Gen.OneOf("0", "30", "15", "45", "59", "1")),
        (2, Gen.OneOf("*", "*/5", "*/15", "0,30", "15-45", "1-59/7", "30/10", "?", "*/1")),
        (2, Gen.Int[0, 59].Select(minute => $"{minute}")));

    private static readonly Gen<string> Hours = Gen.Frequency(
        (10, Gen.OneOf("0", "1", "2", "3", "23", "22")),
        (3, Gen.OneOf("*", "*/6", "*/2", "22-23", "0-3", "1,2,3", "20/2", "9-17", "?")),
        (2, Gen.Int[0, 23].Select(hour => $"{hour}")));

    private static readonly Gen<string> DaysOfMonth = Gen.Frequency(
        (12, Gen.Const("*")), (6, Gen.OneOf("1", "28", "29", "30", "31", "28-31", "*/2", "1,15", "*/1", "?", "*/10", "1-7", "25/2", "1-31")));

    private static readonly Gen<string> Months = Gen.Frequency((12, Gen.Const("*")), (4, Gen.OneOf("2", "3,10", "MAR", "OCT-DEC", "*/3", "1-4", "?", "2/1", "12")));

    private static readonly Gen<string> Weekdays = Gen.Frequency(
        (12, Gen.Const("*")), (6, Gen.OneOf("MON-FRI", "0", "7", "SUN", "5,6", "1-5", "6-7", "0-7", "*/2", "?", "*/1", "MON,WED", "SAT", "5-7", "1/2", "FRI/1")));

    private static readonly Gen<string> Crons = Gen.Frequency(
        (14, Gen.Select(Minutes, Hours, DaysOfMonth, Months, Weekdays, (minute, hour, day, month, weekday) => $"{minute} {hour} {day} {month} {weekday}")),
        (2, Gen.OneOf("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")),
        (1, Gen.OneOf("0 0 29 2 *", "30 2 29 FEB ?", "0 0 29 2 1", "0 0 13 * 5", "* * * * *", "0 0 31 12 *")));

    private static readonly Gen<TimeSpan> Durations = Gen.Frequency(
        (10, Gen.OneOf(1.0, 2, 3, 0.5, 1.5, 8).Select(TimeSpan.FromHours)),
        (5, Gen.OneOf(23.0, 24, 25, 30, 48, 72, 168, 192).Select(TimeSpan.FromHours)),
        (3, Gen.OneOf(1, 59, 60, 61, 15 * 60, 3599, 3601, 86399, 86401).Select(seconds => TimeSpan.FromSeconds(seconds))),
        (2, Gen.Int[1, 200_000].Select(seconds => TimeSpan.FromSeconds(seconds))),
        (1, Gen.OneOf(1L, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerHour - 1, TimeSpan.TicksPerDay + 1).Select(TimeSpan.FromTicks)),
        (1, Gen.OneOf(28, 31, 40, 366).Select(days => TimeSpan.FromDays(days))));

    private static readonly Gen<WindowAction> Actions = Gen.Frequency((3, WindowAction.Open), (2, WindowAction.Close));

    private static readonly Gen<TimeSpan> Lengths = Gen.Frequency(
        (20, Gen.Int[12, 72].Select(hours => TimeSpan.FromHours(hours))), (5, Gen.Int[4, 14].Select(days => TimeSpan.FromDays(days))), (1, Gen.Int[40, 100].Select(days => TimeSpan.FromDays(days))));

    public static Gen<Scene> Any { get; } =
        from place in Gen.OneOf(Places)
        from day in Gen.OneOf(place.Days)
        let anchor = DateTimeOffset.Parse(day + "T00:00:00Z", null)
        from lead in Gen.Int[0, 36 * 60]
        from length in Lengths
        let start = anchor.AddMinutes(-lead)
        from windows in WindowsAround(anchor, place.Zone).Array[1, 3]
        from byDefault in Gen.OneOf(GateState.Closed, GateState.Opened)
        from margin in Gen.Frequency<TimeSpan?>((3, (TimeSpan?)null), (1, TimeSpan.FromMinutes(15)), (1, TimeSpan.FromHours(3)))
        from request in Requests(start, length)
        from candidate in Gen.OneOf<Candidate?>(null, Named, Other)
        select new Scene(byDefault, margin, [.. windows.SelectMany(some => some).Select((window, index) => window with { Name = $"w{index}" })], request, candidate, start, start + length);

    private static Gen<GateRequest?> Requests(DateTimeOffset start, TimeSpan length) =>
        from isThere in Gen.Frequency((1, true), (1, false))
        from target in Gen.OneOf(GateState.Closed, GateState.Opened)
        from age in Gen.Int[0, 600]
        from minutes in Gen.Int[0, (int)length.TotalMinutes]
        from seconds in Gen.Frequency((3, 0), (1, 17))
        from hasEnd in Gen.Frequency((3, true), (1, false))
        from revision in Gen.Frequency((4, (string?)null), (1, Named.Digest), (1, Named.Revision))
        from overriding in Gen.Frequency((2, (string?)null), (1, "INC-4711"))
        let isOverride = overriding is not null && target == GateState.Opened
        select isThere
            ? new GateRequest
            {
                Target = target,
                Stamp = start.AddMinutes(-age),
                RequestedAt = start.AddMinutes(-age),
                ResetAt = hasEnd || isOverride ? start.AddMinutes(minutes).AddSeconds(seconds) : null,
                Revision = target == GateState.Opened ? revision : null,
                Override = isOverride ? overriding : null,
            }
            : null;

    private static Gen<NaiveWindow[]> WindowsAround(DateTimeOffset anchor, string zone) => Gen.Frequency(
        (8, RecurringIn(anchor, zone)), (2, OneOffs(anchor)), (2, Contiguous(zone)), (2, Meeting(anchor)));

    private static Gen<string> Zones(string zone) => Gen.Frequency((5, Gen.Const(zone)), (2, Gen.OneOf(Places).Select(place => place.Zone)));

    private static Gen<NaiveWindow[]> RecurringIn(DateTimeOffset anchor, string zone) =>
        from cron in Crons.Where(Happens)
        from duration in Durations
        from action in Actions
        from itsZone in Zones(zone)
        from except in Gen.Frequency((4, Gen.Int[-3, 5].Array[0, 0]), (1, Gen.Int[-3, 5].Array[1, 3]))
        select new[]
        {
            NaiveWindow.Recurring("", action, cron, duration, itsZone, [.. except.Select(days => LocalDate.FromDateTime(anchor.AddDays(days).Date))]),
        };

    private static Gen<NaiveWindow[]> OneOffs(DateTimeOffset anchor) =>
        from start in Gen.Int[-5 * 24 * 60, 10 * 24 * 60]
        from duration in Durations
        from action in Actions
        select new[] { NaiveWindow.OneOff("", action, anchor.AddMinutes(start), duration) };

    /// <summary>Windows of an hour that follow each other every day.</summary>
    private static Gen<NaiveWindow[]> Contiguous(string zone) =>
        from hour in Gen.OneOf(Gen.OneOf(0, 1, 2), Gen.Int[3, 22])
        from minute in Gen.OneOf(0, 30)
        from first in Actions
        from second in Actions
        from itsZone in Zones(zone)
        select new[]
        {
            NaiveWindow.Recurring("", first, $"{minute} {hour} * * *", TimeSpan.FromHours(1), itsZone),
            NaiveWindow.Recurring("", second, $"{minute} {hour + 1} * * *", TimeSpan.FromHours(1), itsZone),
        };

    /// <summary>One-off windows that meet, overlap by a tick, or miss each other by one.</summary>
    private static Gen<NaiveWindow[]> Meeting(DateTimeOffset anchor) =>
        from start in Gen.Int[-24 * 60, 4 * 24 * 60]
        from length in Durations
        from beside in Gen.OneOf(-1, 0, 0, 0, 1)
        from first in Actions
        from second in Actions
        let begin = anchor.AddMinutes(start)
        select new[]
        {
            NaiveWindow.OneOff("", first, begin, length),
            NaiveWindow.OneOff("", second, (begin + length).AddTicks(beside), TimeSpan.FromHours(2)),
        };

    private static bool Happens(string cron)
    {
        var fields = cron.Split(' ');
        return fields.Length == 1 || fields[3] is not ("2" or "2/1") || fields[2] is not ("30" or "31") || fields[4] is not ("*" or "?" or "*/1");
    }
}
