namespace Sluice.Kubernetes.Tests;

/// <summary>A wall clock that can be set, over timers and a monotonic clock that do not notice.</summary>
internal sealed class SettableClock(TimeProvider inner) : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Offset;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
