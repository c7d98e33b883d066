namespace Sluice.Gating.Windows;

/// <summary>A single stretch of time.</summary>
/// <param name="start">Its first instant.</param>
/// <param name="end">The first instant after it; later than <paramref name="start"/>.</param>
public sealed class OneOffTimes(DateTimeOffset start, DateTimeOffset end) : WindowTimes
{
    private protected override Stretch Find(DateTimeOffset instant) =>
        instant < start ? new(false, start) : instant < end ? new(true, end) : new(false, null);
}
