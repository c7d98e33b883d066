using NodaTime;
using NodaTime.TimeZones;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Scheduling;

/// <summary>The zone of whoever reads: what <c>--local</c> shows times in.</summary>
internal static class ReaderZone
{
    private const string ZoneFolder = "/zoneinfo/";

    /// <summary>Finds it.</summary>
    /// <param name="variable">The value of <c>TZ</c>, as POSIX and glibc read it: a name, also with a colon before it, or a file of the zone database.</param>
    /// <param name="system">The machine's zone.</param>
    /// <exception cref="CommandException">It has no IANA name. .NET would take UTC for it, and show wrong times.</exception>
    public static DateTimeZone Find(string? variable, TimeZoneInfo system)
    {
        var (id, source) = string.IsNullOrEmpty(variable) ? (system.Id, "this machine's time zone") : (variable.TrimStart(':'), "TZ");
        if (id.LastIndexOf(ZoneFolder, StringComparison.Ordinal) is var folder and >= 0)
            id = id[(folder + ZoneFolder.Length)..];
        return TimeZones.TryFind(id, out var zone)
            || TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping.TryGetValue(id, out var mapped) && TimeZones.TryFind(mapped, out zone)
            ? zone
            : throw CommandException.Usage($"--local: {source} is '{id}', which is no IANA name such as Europe/Berlin\nset TZ to one, or leave --local out");
    }
}
