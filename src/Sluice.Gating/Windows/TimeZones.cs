using NodaTime;
using NodaTime.TimeZones;

namespace Sluice.Gating.Windows;

/// <summary>
/// Time zones by their IANA names, from the database that is built into the program: the same on every machine, whatever its image has.
/// </summary>
public static class TimeZones
{
    /// <summary>
    /// The one rule for both changes of the clock, for whatever starts: what does not exist is moved to the first instant that does, and what
    /// happens twice counts the first time.
    /// </summary>
    internal static readonly ZoneLocalMappingResolver FirstValid = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>Which release of the IANA database is built in, for example <c>2026a</c>.</summary>
    public static string DatabaseVersion => TzdbDateTimeZoneSource.Default.TzdbVersion;

    /// <summary>Finds a zone such as <c>Europe/Berlin</c> or <c>UTC</c>. Case counts; offsets and abbreviations such as <c>+01:00</c> are no zones.</summary>
    public static bool TryFind(string id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DateTimeZone? zone)
    {
        zone = TzdbDateTimeZoneSource.Default.CanonicalIdMap.ContainsKey(id) ? DateTimeZoneProviders.Tzdb[id] : null;
        return zone is not null;
    }

    /// <summary>The instant of a local time: moved to the first one that exists in a gap, the first of two where the clock is turned back.</summary>
    public static Instant ToInstant(this DateTimeZone zone, LocalDateTime local) => zone.ResolveLocal(local, FirstValid).ToInstant();
}
