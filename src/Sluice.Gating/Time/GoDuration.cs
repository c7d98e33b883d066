using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sluice.Gating.Time;

/// <summary>
/// Durations as Kubernetes and Flux write them: <c>1h30m</c>, <c>90s</c>, <c>1.5h</c>, <c>250ms</c>.
/// Flux's own pattern is <c>^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$</c>: no sign, no days, and no spaces.
/// </summary>
public static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration. Fractions below 100 nanoseconds are cut off; what does not fit a <see cref="TimeSpan"/> is refused.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        decimal ticks = 0;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !TryNumber(rest[..digits], out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var (unit, length) = Unit(rest);
            if (length == 0 || number > TimeSpan.MaxValue.Ticks / (decimal)unit)
            {
                return false;
            }

            ticks += number * unit;
            if (ticks > TimeSpan.MaxValue.Ticks)
            {
                return false;
            }

            rest = rest[length..];
        }

        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    /// <summary>Writes a duration of zero or more as people write it: <c>1h30m</c>, <c>45s</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var text = new StringBuilder();
        var hours = duration.Ticks / TimeSpan.TicksPerHour;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (duration.Minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        }

        var seconds = (duration.Ticks % TimeSpan.TicksPerMinute) / (decimal)TimeSpan.TicksPerSecond;
        if (seconds > 0 || text.Length == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{seconds:0.#######}s");
        }

        return text.ToString();
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
        && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]);

    private static (long Ticks, int Length) Unit(ReadOnlySpan<char> text) => text switch
    {
        ['m', 's', ..] => (TimeSpan.TicksPerMillisecond, 2),
        ['s', ..] => (TimeSpan.TicksPerSecond, 1),
        ['m', ..] => (TimeSpan.TicksPerMinute, 1),
        ['h', ..] => (TimeSpan.TicksPerHour, 1),
        _ => (0, 0),
    };
}
