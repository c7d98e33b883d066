using System.Globalization;
using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>Reads dates, times, durations and offsets (RFC 5545, sections 3.3.4 to 3.3.6, 3.3.9 and 3.3.14).</summary>
internal static class CalendarTimeReader
{
    private const string Expected = "a date or time; expected for example 20261224, 20261224T180000 or 20261224T180000Z";

    // Ten thousand years: longer than any two instants are apart.
    private const long MaxDays = 3_660_000;

    /// <summary>Reads the only date or time of a property.</summary>
    /// <exception cref="CalendarFormatException">It is none, or its zone is not known.</exception>
    public static CalendarTime Read(ContentLine property, CalendarZones zones) => Read(property, property.Value.Trim(), zones);

    /// <summary>Reads one date or time among those of a property; its form is checked against <c>VALUE</c> and <c>TZID</c>.</summary>
    /// <exception cref="CalendarFormatException">It is none, or its zone is not known.</exception>
    public static CalendarTime Read(ContentLine property, string text, CalendarZones zones)
    {
        if (!TryRead(text, out var local, out var form))
        {
            throw property.NotA(Expected, text);
        }

        var value = property.Parameter("VALUE")?.ToUpperInvariant();
        if (value is not (null or "DATE" or "DATE-TIME" or "PERIOD") || (value is not null && value == "DATE" != (form == TimeForm.Date)))
        {
            throw property.Problem($"'{CalendarFormatException.Shorten(text)}' is not of the type VALUE={CalendarFormatException.Shorten(value)}; expected DATE for a date, DATE-TIME for a time");
        }

        return property.Parameter("TZID") switch
        {
            null => new(local, form, form == TimeForm.Utc ? DateTimeZone.Utc : zones.Floating),
            // Some write a TZID beside UTC or a date; RFC 5545, section 3.2.19, forbids both, and one of the two would have to be ignored.
            _ when form != TimeForm.Floating => throw property.Problem($"'{CalendarFormatException.Shorten(text)}' has a TZID; expected a TZID for times without Z alone"),
            { } id => new(local, TimeForm.Zoned, zones.Find(id, property)),
        };
    }

    /// <summary>Reads a date or time: <c>20261224</c>, <c>20261224T180000</c>, <c>20261224T180000Z</c>.</summary>
    public static bool TryRead(string text, out LocalDateTime local, out TimeForm form)
    {
        (local, form) = (default, default);
        var isUtc = text.Length == 16 && text[15] is 'Z' or 'z';
        if (text.Length != 8 && ((text.Length != 15 && !isUtc) || text[8] is not ('T' or 't')))
        {
            return false;
        }

        if (!TryDigits(text, 0, 4, out var year) || !TryDigits(text, 4, 2, out var month) || !TryDigits(text, 6, 2, out var day)
            || year == 0 || month is < 1 or > 12 || day < 1 || day > CalendarSystem.Iso.GetDaysInMonth(year, month))
        {
            return false;
        }

        var (hour, minute, second) = (0, 0, 0);
        if (text.Length > 8 && (!TryDigits(text, 9, 2, out hour) || !TryDigits(text, 11, 2, out minute) || !TryDigits(text, 13, 2, out second)
            || hour > 23 || minute > 59 || second > 60))
        {
            return false;
        }

        // Section 3.3.12: where there are no leap seconds, they are read as the second before.
        local = new(year, month, day, hour, minute, Math.Min(second, 59));
        form = text.Length == 8 ? TimeForm.Date : isUtc ? TimeForm.Utc : TimeForm.Floating;
        return true;
    }

    /// <summary>Reads a duration that is not negative: <c>P1D</c>, <c>PT1H30M</c>, <c>P2W</c>, <c>P1DT12H</c>.</summary>
    /// <exception cref="CalendarFormatException">It is none.</exception>
    public static EventLength ReadLength(ContentLine property, string text) =>
        TryReadLength(text, out var length) ? length
        : throw property.NotA("a duration of zero or more; expected for example P1D, P1W or PT1H30M", text);

    /// <summary>Reads an offset from UTC: <c>+0100</c>, <c>-033000</c>; at most 18 hours, which is more than any zone ever had.</summary>
    /// <exception cref="CalendarFormatException">It is none.</exception>
    public static Offset ReadOffset(ContentLine property)
    {
        var text = property.Value.Trim();
        var second = 0;
        if (text.Length is 5 or 7 && text[0] is '+' or '-' && TryDigits(text, 1, 2, out var hour) && TryDigits(text, 3, 2, out var minute)
            && (text.Length == 5 || TryDigits(text, 5, 2, out second)) && minute < 60 && second < 60
            && (hour * 3600) + (minute * 60) + second is var seconds && seconds <= 18 * 3600)
        {
            return Offset.FromSeconds(text[0] == '-' ? -seconds : seconds);
        }

        throw property.NotA("an offset from UTC; expected for example +0100, at most 18 hours", text);
    }

    private static bool TryReadLength(string text, out EventLength length)
    {
        length = default;
        var rest = text.AsSpan();
        rest = rest is ['+', ..] ? rest[1..] : rest;
        if (rest is not ['P' or 'p', _, _, ..])
        {
            return false;
        }

        rest = rest[1..];
        var time = rest.IndexOfAny('T', 't');
        if (time == rest.Length - 1 || !TrySum(time < 0 ? rest : rest[..time], [('W', 7), ('D', 1)], out var days)
            || !TrySum(time < 0 ? [] : rest[(time + 1)..], [('H', 3600), ('M', 60), ('S', 1)], out var seconds)
            || days > MaxDays || seconds > MaxDays * 86_400)
        {
            return false;
        }

        length = new((int)days, Duration.FromSeconds(seconds));
        return true;
    }

    // Each unit once, from the largest down.
    private static bool TrySum(ReadOnlySpan<char> text, ReadOnlySpan<(char Name, int Size)> units, out long sum)
    {
        sum = 0;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 12)
            {
                return false;
            }

            while (!units.IsEmpty && units[0].Name != char.ToUpperInvariant(text[digits]))
            {
                units = units[1..];
            }

            if (units.IsEmpty)
            {
                return false;
            }

            sum += long.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture) * units[0].Size;
            units = units[1..];
            text = text[(digits + 1)..];
        }

        return true;
    }

    private static bool TryDigits(string text, int start, int count, out int number) =>
        int.TryParse(text.AsSpan(start, count), NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
