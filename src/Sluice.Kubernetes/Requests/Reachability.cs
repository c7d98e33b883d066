namespace Sluice.Kubernetes;

/// <summary>
/// Whether the API server answers at all, whatever it answers. Each of those that wait after a failure waits longer and longer; the first request that is
/// answered, most often the renewal of the lease, tells all of them that waiting is over.
/// </summary>
public sealed class Reachability
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _back;

    /// <summary>Raised when it answers for the first time since it did not. On the thread of that answer: do little.</summary>
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
            _back ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    internal void Answered()
    {
        // Read without the lock, for it is asked with every answer.
        if (Volatile.Read(ref _back) is null)
            return;
        TaskCompletionSource? back;
        lock (_lock)
            (back, _back) = (_back, null);
        if (back is null)
            return;
        back.TrySetResult();
        Returned?.Invoke();
    }
}
