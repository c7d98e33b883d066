using System.Globalization;
using NodaTime;

namespace Sluice.Cli.Scheduling;

/// <summary>How long a gate is opened on a day, in at most five characters.</summary>
internal static class OpenedHours
{
    /// <summary><c>3h</c>, <c>3h30</c>, <c>45m</c>, <c>&lt;1m</c>; nothing for zero. Seconds are cut off.</summary>
    public static string Of(Duration opened)
    {
        var minutes = (int)opened.TotalMinutes;
        return opened == Duration.Zero ? ""
            : minutes == 0 ? "<1m"
            : minutes < 60 ? string.Create(CultureInfo.InvariantCulture, $"{minutes}m")
            : minutes % 60 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h{minutes % 60:00}");
    }
}
