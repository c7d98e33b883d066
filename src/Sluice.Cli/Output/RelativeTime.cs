using System.Globalization;
using Sluice.Gating.Time;

namespace Sluice.Cli.Output;

/// <summary>Times as people read them, relative to now.</summary>
internal static class RelativeTime
{
    /// <summary>How long something has lasted: <c>35m</c>; whole seconds, rounded down, never below zero.</summary>
    public static string Age(DateTimeOffset since, DateTimeOffset now) => Duration(Floor(now - since));

    /// <summary>How long until something happens: <c>in 43m</c>, or <c>now</c> when it is due.</summary>
    public static string Until(DateTimeOffset at, DateTimeOffset now) =>
        at <= now ? "now" : $"in {Duration(TimeSpan.FromSeconds(Math.Ceiling((at - now).TotalSeconds)))}";

    /// <summary>An instant with both: <c>2026-03-26T11:00:00Z (in 43m)</c>, <c>2026-03-26T09:00:00Z (77m ago)</c>.</summary>
    public static string Both(DateTimeOffset at, DateTimeOffset now) =>
        $"{Rfc3339.Format(at)} ({(at > now ? Until(at, now) : Age(at, now) + " ago")})";

    /// <summary>
    /// A duration in one or two units, as kubectl writes ages (apimachinery's <c>duration.HumanDuration</c>): <c>119s</c>, <c>3m12s</c>,
    /// <c>179m</c>, <c>3h20m</c>, <c>47h</c>, <c>2d4h</c>, <c>100d</c>, <c>2y30d</c>.
    /// </summary>
    public static string Duration(TimeSpan duration)
    {
        var (days, hours, minutes, seconds) = ((long)duration.TotalDays, (long)duration.TotalHours, (long)duration.TotalMinutes, (long)duration.TotalSeconds);
        return true switch
        {
            _ when seconds < 120 => $"{Math.Max(0, seconds)}s",
            _ when minutes < 10 => Two(minutes, "m", seconds % 60, "s"),
            _ when minutes < 180 => One(minutes, "m"),
            _ when hours < 8 => Two(hours, "h", minutes % 60, "m"),
            _ when hours < 48 => One(hours, "h"),
            _ when days < 8 => Two(days, "d", hours % 24, "h"),
            _ when days < 730 => One(days, "d"),
            _ when days < 2920 => Two(days / 365, "y", days % 365, "d"),
            _ => One(days / 365, "y"),
        };
    }

    private static TimeSpan Floor(TimeSpan duration) => duration < TimeSpan.Zero ? TimeSpan.Zero : duration;

    private static string One(long number, string unit) => number.ToString(CultureInfo.InvariantCulture) + unit;

    private static string Two(long first, string firstUnit, long second, string secondUnit) =>
        second == 0 ? One(first, firstUnit) : One(first, firstUnit) + One(second, secondUnit);
}
