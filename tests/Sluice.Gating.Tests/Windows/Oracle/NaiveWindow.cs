using NodaTime;
using Sluice.Gating.Windows;

namespace Sluice.Gating.Tests.Windows.Oracle;

/// <summary>A window as its owner writes it, and when it is active by the contract, worked out minute by minute.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Action">What it does.</param>
/// <param name="Cron">When it starts, or <see langword="null"/> for a one-off window.</param>
/// <param name="Duration">How long it lasts.</param>
/// <param name="Zone">Where its local times are.</param>
/// <param name="ExceptDates">Local dates on which it does not start.</param>
/// <param name="Start">When a one-off window starts.</param>
internal sealed record NaiveWindow(string Name, WindowAction Action, string? Cron, TimeSpan Duration, string Zone, LocalDate[] ExceptDates, DateTimeOffset Start)
{
    // More than any clock was ever turned back: within it a minute may look new that has been before.
    private const int Lead = 3 * 24 * 60;

    public static NaiveWindow Recurring(string name, WindowAction action, string cron, TimeSpan duration, string zone, params LocalDate[] exceptDates) =>
        new(name, action, cron, duration, zone, exceptDates, default);

    public static NaiveWindow OneOff(string name, WindowAction action, DateTimeOffset start, TimeSpan duration) => new(name, action, null, duration, "", [], start);

    /// <summary>The same for the product.</summary>
    public Window ToWindow()
    {
        if (Cron is null)
        {
            return new(Name, Action, new OneOffTimes(Start, Start + Duration));
        }

        CronSchedule.TryParse(Cron, out var starts, out var problem).Should().BeTrue(problem);
        TimeZones.TryFind(Zone, out var zone).Should().BeTrue(Zone);
        return new(Name, Action, new RecurringTimes(starts!, Duration, zone!, ExceptDates));
    }

    /// <summary>The stretches of which any part may lie between two instants, merged where they meet.</summary>
    public List<(DateTimeOffset Start, DateTimeOffset End)> Stretches(DateTimeOffset from, DateTimeOffset until)
    {
        var stretches = new List<(DateTimeOffset Start, DateTimeOffset End)>();
        foreach (var start in Cron is null ? [Start] : Starts(from - Duration, until))
        {
            if (stretches is [.., var last] && start <= last.End)
            {
                stretches[^1] = (last.Start, start + Duration);
            }
            else
            {
                stretches.Add((start, start + Duration));
            }
        }

        return stretches;
    }

    public override string ToString() => Cron is null
        ? $"{Action} '{Name}' [{Start:O}, {Start + Duration:O})"
        : $"{Action} '{Name}' [{Cron}] for {Duration} in {Zone} except [{string.Join(", ", ExceptDates.Select(date => date.ToString("R", null)))}]";

    private List<DateTimeOffset> Starts(DateTimeOffset from, DateTimeOffset until)
    {
        var cron = new NaiveCron(Cron!);
        var starts = new List<DateTimeOffset>();
        var (shown, day, dayMatches) = (int.MaxValue, int.MinValue, false);
        LocalMinutes.Walk(Zone, (int)(from.ToUnixTimeSeconds() / 60) - Lead, (int)(until.ToUnixTimeSeconds() / 60) + 1, (minute, local) =>
        {
            if (shown == int.MaxValue)
            {
                shown = local - 1;
            }

            // What the clock has shown before does not count again, and what it jumps over has its turn as soon as the clock goes on.
            for (var turn = shown + 1; turn <= local; turn++)
            {
                if (Matches(turn))
                {
                    starts.Add(DateTimeOffset.FromUnixTimeSeconds(minute * 60L));
                    break;
                }
            }

            shown = Math.Max(shown, local);
        });
        return starts;

        bool Matches(int local)
        {
            if (local / 1440 != day)
            {
                day = local / 1440;
                var date = DateTime.UnixEpoch.AddDays(day);
                dayMatches = cron.MatchesDay(date.Month, date.Day, (int)date.DayOfWeek) && !ExceptDates.Contains(new(date.Year, date.Month, date.Day));
            }

            return dayMatches && cron.MatchesTime(local / 60 % 24, local % 60);
        }
    }
}
