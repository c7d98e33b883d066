namespace Sluice.Kubernetes.Tests;

/// <summary>Counts how often a timer is set to go off.</summary>
internal sealed class TimerCounter(TimeProvider inner) : TimeProvider
{
    public int Settings { get; private set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Count(dueTime);
        return new Counted(this, inner.CreateTimer(callback, state, dueTime, period));
    }

    private void Count(TimeSpan dueTime)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
            Settings++;
    }

    private sealed class Counted(TimerCounter counter, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            counter.Count(dueTime);
            return timer.Change(dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
