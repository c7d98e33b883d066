namespace Sluice.Kubernetes;

/// <summary>
/// Keys that become due later: at most one deadline a key, the earliest, on one timer for all. Deadlines are either a span on the
/// monotonic clock (a back-off) or a moment on the wall clock (a window opens).
/// </summary>
/// <remarks>Not synchronised: the queue's lock is held around every call.</remarks>
internal sealed class DeadlineSchedule<TKey>(TimeProvider time, TimeSpan? wallClockCheck, TimerCallback onTimer) : IDisposable where TKey : notnull
{
    private readonly Dictionary<TKey, Deadline> _deadlines = [];
    // Superseded entries stay in the heaps until they come up; the dictionary knows which ones count.
    private readonly PriorityQueue<TKey, long> _spans = new();
    private readonly PriorityQueue<TKey, DateTimeOffset> _moments = new();
    private ITimer? _timer;

    private readonly record struct Deadline(long? Timestamp, DateTimeOffset? Moment);

    public int Count => _deadlines.Count;

    public void AddAfter(TKey key, TimeSpan span)
    {
        var timestamp = time.GetTimestamp() + (long)Math.Min(span.TotalSeconds * time.TimestampFrequency, long.MaxValue / 4);
        _deadlines.TryGetValue(key, out var known);
        if (known.Timestamp <= timestamp)
            return;
        _deadlines[key] = known with { Timestamp = timestamp };
        _spans.Enqueue(key, timestamp);
        Arm();
    }

    public void AddAt(TKey key, DateTimeOffset moment)
    {
        _deadlines.TryGetValue(key, out var known);
        if (known.Moment <= moment)
            return;
        _deadlines[key] = known with { Moment = moment };
        _moments.Enqueue(key, moment);
        Arm();
    }

    /// <summary>
    /// Takes out one key that is due. A moment that is still to come stays when a span is over: what follows from the span may fail, and must not
    /// make anybody miss the moment.
    /// </summary>
    public bool TryTakeDue(out TKey key)
    {
        DropSuperseded();
        var now = time.GetUtcNow();
        if (_spans.TryPeek(out key!, out var timestamp) && timestamp <= time.GetTimestamp())
        {
            if (_deadlines[key].Moment is { } later && later > now)
                _deadlines[key] = new Deadline(null, later);
            else
                _deadlines.Remove(key);
            return true;
        }
        if (_moments.TryPeek(out key!, out var moment) && moment <= now)
        {
            _deadlines.Remove(key);
            return true;
        }
        return false;
    }

    /// <summary>Sets the timer for what is due next; call after the due keys are taken.</summary>
    public void Arm()
    {
        DropSuperseded();
        var next = Timeout.InfiniteTimeSpan;
        if (_spans.TryPeek(out _, out var timestamp))
            next = Positive(time.GetElapsedTime(time.GetTimestamp(), timestamp));
        if (_moments.TryPeek(out _, out var moment))
        {
            var wall = Positive(moment - time.GetUtcNow());
            if (wall > wallClockCheck)
                wall = wallClockCheck.Value;
            if (next == Timeout.InfiniteTimeSpan || wall < next)
                next = wall;
        }
        if (next != Timeout.InfiniteTimeSpan)
        {
            // Timers count whole milliseconds: rounding up means one shot that is not early. 49 days is the longest they take.
            next = TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(next.TotalMilliseconds), uint.MaxValue - 2));
        }
        if (_timer is null && next != Timeout.InfiniteTimeSpan)
            _timer = time.CreateTimer(onTimer, null, next, Timeout.InfiniteTimeSpan);
        else
            _timer?.Change(next, Timeout.InfiniteTimeSpan);
    }

    public void Clear()
    {
        _deadlines.Clear();
        _spans.Clear();
        _moments.Clear();
        Arm();
    }

    public void Dispose() => _timer?.Dispose();

    private void DropSuperseded()
    {
        while (_spans.TryPeek(out var key, out var timestamp) && !(_deadlines.TryGetValue(key, out var known) && known.Timestamp == timestamp))
            _spans.Dequeue();
        while (_moments.TryPeek(out var key, out var moment) && !(_deadlines.TryGetValue(key, out var known) && known.Moment == moment))
            _moments.Dequeue();
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
