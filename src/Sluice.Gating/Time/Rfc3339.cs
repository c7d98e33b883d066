using System.Globalization;

namespace Sluice.Gating.Time;

/// <summary>Instants as RFC 3339 writes them, to 100 nanoseconds, always given back in UTC.</summary>
public static class Rfc3339
{
    private static readonly string[] Formats = ["yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzz"];

    /// <summary>
    /// Reads a full date and time with an offset, such as <c>2021-03-26T10:00:00Z</c> or <c>2021-03-26T11:00:00.5+01:00</c>.
    /// Digits below 100 nanoseconds are cut off. A time without an offset, a leap second and anything around the time are refused.
    /// </summary>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        if (text is null || text.Length is < 20 or > 64)
        {
            return false;
        }

        // RFC 3339 allows lower case; .NET reads at most seven digits of a fraction, Go writes nine.
        var value = text.ToUpperInvariant();
        var end = 19;
        if (value[19] == '.')
        {
            end = 20;
            while (end < value.Length && char.IsAsciiDigit(value[end]))
            {
                end++;
            }

            if (end == 20)
            {
                return false;
            }

            var digits = Math.Min(end, 27);
            value = string.Concat(value.AsSpan(0, digits), value.AsSpan(end));
            end = digits;
        }

        // .NET would also read +0100 and +1:00.
        if (value.AsSpan(end) is not ("Z" or ['+' or '-', _, _, ':', _, _]))
        {
            return false;
        }

        if (!DateTimeOffset.TryParseExact(value, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
        {
            return false;
        }

        instant = parsed.ToUniversalTime();
        return true;
    }

    /// <summary>An instant in UTC without its fraction of a second, as Kubernetes keeps times.</summary>
    public static DateTimeOffset WholeSecond(DateTimeOffset instant) => new(instant.UtcTicks - instant.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);

    /// <summary>Writes an instant in UTC with <c>Z</c>, and with a fraction only where there is one.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "Z";
}
