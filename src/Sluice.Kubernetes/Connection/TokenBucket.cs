namespace Sluice.Kubernetes;

/// <summary>The client-side rate limit: a token bucket whose callers wait in the order in which they came.</summary>
internal sealed class TokenBucket(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = Math.Max(burst, 1);
    private long _refilled = time.GetTimestamp();

    /// <summary>Takes one token; completes when it is there. A cancelled wait gives its token back, to whoever comes next.</summary>
    public ValueTask TakeAsync(CancellationToken cancellation)
    {
        if (perSecond <= 0)
            return ValueTask.CompletedTask;
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(Math.Max(burst, 1), _tokens + time.GetElapsedTime(_refilled, now).TotalSeconds * perSecond);
            _refilled = now;
            _tokens -= 1;
            wait = _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
        return wait == TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(WaitAsync(wait, cancellation));
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
                _tokens += 1;
            throw;
        }
    }
}
