namespace Sluice.Kubernetes;

/// <summary>
/// Whether the API server answers at all, whatever it answers. Each of those that wait after a failure waits longer and longer; the first request that is
/// answered, most often the renewal of the lease, tells all of them that waiting is over.
/// </summary>
public sealed class Reachability(TimeProvider time)
{
    // One connection that breaks is no outage, and what has failed for other reasons must not be tried at once for it.
    private static readonly TimeSpan ShortestOutage = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TaskCompletionSource? _back;
    private long _since;

    /// <summary>Raised when it answers for the first time after it has not for a second or more. On the thread of that answer: do little.</summary>
    public event Action? Returned;

    /// <summary>Completes with the next answer; at once while it answers.</summary>
    public Task UntilBack
    {
        get
        {
            lock (_lock)
                return _back?.Task ?? Task.CompletedTask;
        }
    }

    internal void Lost()
    {
        lock (_lock)
        {
            if (_back is null)
                (_back, _since) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), time.GetTimestamp());
        }
    }

    internal void Answered()
    {
        // Read without the lock, for it is asked with every answer.
        if (Volatile.Read(ref _back) is null)
            return;
        TaskCompletionSource? back;
        TimeSpan lost;
        lock (_lock)
            (back, _back, lost) = (_back, null, time.GetElapsedTime(_since));
        if (back is null)
            return;
        back.TrySetResult();
        if (lost >= ShortestOutage)
            Returned?.Invoke();
    }
}
