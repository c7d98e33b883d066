using Sluice.Gating.Time;

namespace Sluice.Cli.Requests;

/// <summary>Stamps of requests: the present time to a millisecond, rounded down so that none ever lies in the future.</summary>
internal static class Stamp
{
    /// <summary>A stamp of now: <c>2026-03-26T10:00:00.123Z</c>.</summary>
    public static string Of(DateTimeOffset now) => Rfc3339.Format(new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), now.Offset));
}
