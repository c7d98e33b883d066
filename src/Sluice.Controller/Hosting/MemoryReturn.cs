using Sluice.Kubernetes;

namespace Sluice.Controller.Hosting;

/// <summary>
/// Gives memory back to the machine once much work is over. A burst, a thousand objects that are released say, leaves the heap at its greatest, and a
/// controller that is idle afterwards allocates so little that the garbage collector would come weeks later. Nothing runs where nothing is done.
/// </summary>
internal sealed class MemoryReturn : IDisposable
{
    private const int Burst = 250;
    // A gate is looked at once in its interval, so that there is never quite nothing to do: ten thousand of them take half of this in the time of a rest.
    private const long Trickle = 8 << 20;
    private const long WorthIt = 16 << 20;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly ITimer _rest;
    private readonly Func<long> _allocated;
    private readonly Action _collect;
    private long _allocatedBefore;
    private long _allocatedAtLook;
    private int _done;
    private int _waits;

    /// <summary>Counts from now.</summary>
    /// <param name="time">The clock of the rest after a burst.</param>
    public MemoryReturn(TimeProvider time)
        : this(time, () => GC.GetTotalAllocatedBytes(), () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true))
    {
    }

    internal MemoryReturn(TimeProvider time, Func<long> allocated, Action collect)
    {
        (_allocated, _collect) = (allocated, collect);
        _rest = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Does the same, and counts it.</summary>
    public Func<TKey, CancellationToken, Task<ReconcileResult>> After<TKey>(Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile) => async (key, cancellation) =>
    {
        try
        {
            return await reconcile(key, cancellation);
        }
        finally
        {
            Interlocked.Increment(ref _done);
            WaitAfterBurst();
        }
    };

    /// <summary>Gives it back now.</summary>
    public void GiveBack()
    {
        _collect();
        _allocatedBefore = _allocated();
    }

    public void Dispose() => _rest.Dispose();

    private void WaitAfterBurst()
    {
        if (Volatile.Read(ref _done) >= Burst && Interlocked.Exchange(ref _waits, 1) == 0)
        {
            WaitForRest();
        }
    }

    private void WaitForRest()
    {
        Volatile.Write(ref _allocatedAtLook, _allocated());
        _rest.Change(Rest, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        if (_allocated() - Volatile.Read(ref _allocatedAtLook) > Trickle)
        {
            WaitForRest();
            return;
        }

        Volatile.Write(ref _done, 0);
        if (_allocated() - _allocatedBefore >= WorthIt)
        {
            GiveBack();
        }

        // What was done meanwhile has found that somebody waits already.
        Volatile.Write(ref _waits, 0);
        WaitAfterBurst();
    }
}
