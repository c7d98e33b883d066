using System.Collections.Concurrent;
using NodaTime;

namespace Sluice.Gating.Tests.Windows.Oracle;

/// <summary>
/// What the clocks of a zone show at each minute of universal time. The only thing that is asked of the zone is its offset at that very minute.
/// Minutes are counted from 1970, local ones as if the local clock showed universal time.
/// </summary>
internal static class LocalMinutes
{
    private const int Bits = 16;

    private static readonly ConcurrentDictionary<(string Zone, int Part), int[]> Parts = new();

    /// <summary>Calls back with each minute of universal time and what the local clocks show then.</summary>
    public static void Walk(string zone, int from, int until, Action<int, int> show)
    {
        for (var minute = from; minute < until;)
        {
            var part = Parts.GetOrAdd((zone, minute >> Bits), Compute);
            for (var end = Math.Min(until, ((minute >> Bits) + 1) << Bits); minute < end; minute++)
            {
                show(minute, part[minute & ((1 << Bits) - 1)]);
            }
        }
    }

    private static int[] Compute((string Zone, int Part) key)
    {
        var zone = DateTimeZoneProviders.Tzdb[key.Zone];
        var minutes = new int[1 << Bits];
        for (var i = 0; i < minutes.Length; i++)
        {
            var minute = (key.Part << Bits) + i;
            var offset = zone.GetUtcOffset(Instant.FromUnixTimeSeconds(minute * 60L)).Seconds;
            minutes[i] = offset % 60 == 0 ? minute + offset / 60 : throw new NotSupportedException($"{key.Zone} has an offset of {offset} seconds");
        }

        return minutes;
    }
}
