namespace Sluice.Kubernetes.Tests;

/// <summary>Counts how often a timer is set to go off.</summary>
internal sealed class TimerCounter(TimeProvider inner) : TimeProvider
{
    public int Settings { get; private set; }

    /// <summary>How long after the latest of them the timer goes off.</summary>
    public TimeSpan LatestDueTime { get; private set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Counted(this, inner.CreateTimer(callback, state, dueTime, period));
        Count(dueTime);
        return timer;
    }

    // When it is set: who counts moves the clock on then, and a timer that were set a moment later would never go off.
    private void Count(TimeSpan dueTime)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
            return;
        LatestDueTime = dueTime;
        Settings++;
    }

    private sealed class Counted(TimerCounter counter, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            counter.Count(dueTime);
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
