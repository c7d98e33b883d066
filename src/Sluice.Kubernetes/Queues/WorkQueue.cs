namespace Sluice.Kubernetes;

/// <summary>
/// Hands keys to workers, with the semantics of client-go's work queue: a key waits at most once, is never worked on by two workers at
/// once, and one that is added while it is worked on comes again afterwards. Nothing is polled: an idle queue costs nothing.
/// </summary>
public sealed class WorkQueue<TKey> : IQueueObservation, IDisposable where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly WorkQueueOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly SemaphoreSlim _available = new(0);
    // A key that is wanted: since when, and how urgently. Those that are not being worked on are also in a lane.
    private readonly Dictionary<TKey, Wanted> _wanted = [];
    private readonly Dictionary<TKey, long> _inWork = [];
    private readonly Queue<TKey> _normal = new();
    private readonly Queue<TKey> _low = new();
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly DeadlineSchedule<TKey> _later;
    private TaskCompletionSource? _drained;
    private bool _refusing;
    private bool _shutDown;

    /// <summary>Makes a queue.</summary>
    /// <param name="name">Its name in metrics.</param>
    /// <param name="options">How retries are spaced.</param>
    /// <param name="time">The clocks of every delay.</param>
    public WorkQueue(string name, WorkQueueOptions options, TimeProvider time) : this(name, options, time, Random.Shared)
    {
    }

    internal WorkQueue(string name, WorkQueueOptions options, TimeProvider time, Random random)
    {
        (Name, _options, _time, _random, _tag) = (name, options, time, random, Instruments.Named(name));
        _later = new DeadlineSchedule<TKey>(time, options.WallClockCheck, _ => AddDue());
        Instruments.Add(this);
    }

    private readonly record struct Wanted(WorkPriority Priority, long Since);

    /// <summary>The name in metrics.</summary>
    public string Name { get; }

    /// <summary>Keys that could be handed out now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _wanted.Count - BothCount();
        }
    }

    /// <summary>Keys that are being worked on.</summary>
    internal int InWorkCount
    {
        get
        {
            lock (_lock)
                return _inWork.Count;
        }
    }

    /// <summary>Keys that become ready later.</summary>
    public int DelayedCount
    {
        get
        {
            lock (_lock)
                return _later.Count;
        }
    }

    double IQueueObservation.UnfinishedSeconds
    {
        get
        {
            lock (_lock)
                return _inWork.Values.Sum(since => _time.GetElapsedTime(since).TotalSeconds);
        }
    }

    double IQueueObservation.LongestRunningSeconds
    {
        get
        {
            lock (_lock)
                return _inWork.Count == 0 ? 0 : _time.GetElapsedTime(_inWork.Values.Min()).TotalSeconds;
        }
    }

    /// <summary>
    /// Has a key worked on, as soon as a worker is free. A key that waits already is not added twice, but may become more urgent.
    /// Ignored after <see cref="ShutDown"/> or <see cref="DrainAsync"/>.
    /// </summary>
    public void Add(TKey key, WorkPriority priority = WorkPriority.Normal)
    {
        lock (_lock)
        {
            if (!_refusing)
                AddLocked(key, priority);
        }
    }

    /// <summary>Adds a key after a while, counted on the monotonic clock. Of several spans of a key the earliest counts; moments of it that are still to come then stay.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        lock (_lock)
        {
            if (_refusing)
                return;
            if (delay <= TimeSpan.Zero)
                AddLocked(key, WorkPriority.Normal);
            else
                _later.AddAfter(key, delay);
        }
    }

    /// <summary>Looks at the wall clock, which was set: what is due by it now is added at once, and the timer is set anew for the rest.</summary>
    public void ClockChanged() => AddDue();

    /// <summary>
    /// Adds a key at a moment of the wall clock: never before it, within milliseconds after it, and within
    /// <see cref="WorkQueueOptions.WallClockCheck"/> if the clock was set or the machine slept. Of several deadlines of a key the earliest counts, the others are dropped with it.
    /// </summary>
    public void AddAt(TKey key, DateTimeOffset moment)
    {
        lock (_lock)
        {
            if (_refusing)
                return;
            if (moment <= _time.GetUtcNow())
                AddLocked(key, WorkPriority.Normal);
            else
                _later.AddAt(key, moment);
        }
    }

    /// <summary>Adds a key that has failed after its back-off, which doubles with each call until <see cref="Forget"/>.</summary>
    public void AddRateLimited(TKey key)
    {
        lock (_lock)
        {
            if (_refusing)
                return;
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            Instruments.QueueRetries.Add(1, _tag);
            _later.AddAfter(key, BackoffOf(failures));
        }
    }

    /// <summary>Starts a key's back-off over: it succeeded.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
            _failures.Remove(key);
    }

    /// <summary>Has every key that has failed worked on at once, and starts their back-off over: what they failed for is over.</summary>
    public void RetryFailed()
    {
        lock (_lock)
        {
            if (_refusing)
                return;
            foreach (var key in _failures.Keys)
                AddLocked(key, WorkPriority.Normal);
            _failures.Clear();
        }
    }

    /// <summary>How often a key has failed since it last succeeded.</summary>
    public int Retries(TKey key)
    {
        lock (_lock)
            return _failures.GetValueOrDefault(key);
    }

    /// <summary>Waits for a key. The caller works on it and then calls <see cref="Done"/>, whatever happened.</summary>
    public async ValueTask<Dequeued<TKey>> GetAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            await _available.WaitAsync(cancellation).ConfigureAwait(false);
            lock (_lock)
            {
                if (_shutDown)
                {
                    // Wake the next worker too.
                    _available.Release();
                    return new Dequeued<TKey>(default!, ShutDown: true);
                }
                if (TryTake(_normal, WorkPriority.Normal, out var key) || TryTake(_low, WorkPriority.Low, out key))
                    return new Dequeued<TKey>(key, ShutDown: false);
            }
        }
    }

    /// <summary>The work on a key has ended. If it was added meanwhile, it is handed out again.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (!_inWork.Remove(key, out var since))
                return;
            Instruments.QueueWork.Record(_time.GetElapsedTime(since).TotalSeconds, _tag);
            if (_shutDown)
                return;
            if (_wanted.TryGetValue(key, out var wanted))
                MakeReady(key, wanted.Priority);
            CompleteDrain();
        }
    }

    /// <summary>Ends it now: workers get no more keys, what waits is dropped.</summary>
    public void ShutDown()
    {
        lock (_lock)
        {
            if (_shutDown)
                return;
            _refusing = _shutDown = true;
            Instruments.QueueDepth.Add(BothCount() - _wanted.Count, _tag);
            _wanted.Clear();
            _normal.Clear();
            _low.Clear();
            _later.Clear();
            _available.Release();
            _drained?.TrySetResult();
        }
        Instruments.Remove(this);
    }

    /// <summary>
    /// Ends it in order: nothing is added any more, what becomes due later is dropped, what is ready is still handed out.
    /// Completes when all of it is done, and shuts the queue down.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellation = default)
    {
        Task drained;
        lock (_lock)
        {
            if (_shutDown)
                return;
            _refusing = true;
            _later.Clear();
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
            CompleteDrain();
        }
        await drained.WaitAsync(cancellation).ConfigureAwait(false);
        ShutDown();
    }

    /// <summary>Shuts down, and gives up the timer.</summary>
    public void Dispose()
    {
        ShutDown();
        lock (_lock)
            _later.Dispose();
        _available.Dispose();
    }

    private void AddLocked(TKey key, WorkPriority priority)
    {
        if (_wanted.TryGetValue(key, out var known))
        {
            if (priority >= known.Priority)
                return;
            // More urgent than before: a second entry in the other lane; the first is skipped when it comes up.
            _wanted[key] = known with { Priority = priority };
            if (!_inWork.ContainsKey(key))
                Enqueue(key, priority);
            return;
        }
        Instruments.QueueAdds.Add(1, _tag);
        _wanted.Add(key, new Wanted(priority, _time.GetTimestamp()));
        if (!_inWork.ContainsKey(key))
            MakeReady(key, priority);
    }

    private void MakeReady(TKey key, WorkPriority priority)
    {
        Instruments.QueueDepth.Add(1, _tag);
        Enqueue(key, priority);
    }

    private void Enqueue(TKey key, WorkPriority priority)
    {
        (priority == WorkPriority.Normal ? _normal : _low).Enqueue(key);
        _available.Release();
    }

    private bool TryTake(Queue<TKey> lane, WorkPriority priority, out TKey key)
    {
        while (lane.TryDequeue(out key!))
        {
            if (!_wanted.TryGetValue(key, out var wanted) || wanted.Priority != priority || _inWork.ContainsKey(key))
                continue;
            _wanted.Remove(key);
            _inWork.Add(key, _time.GetTimestamp());
            Instruments.QueueDepth.Add(-1, _tag);
            Instruments.QueueLatency.Record(_time.GetElapsedTime(wanted.Since).TotalSeconds, _tag);
            return true;
        }
        return false;
    }

    private void AddDue()
    {
        lock (_lock)
        {
            while (!_refusing && _later.TryTakeDue(out var key))
                AddLocked(key, WorkPriority.Normal);
            _later.Arm();
        }
    }

    private TimeSpan BackoffOf(int failures)
    {
        var doubled = _options.InitialBackoff.TotalSeconds * Math.Pow(2, Math.Min(failures, 62));
        var seconds = Math.Min(doubled, _options.MaxBackoff.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 - (_options.Jitter * _random.NextDouble())));
    }

    private void CompleteDrain()
    {
        if (_wanted.Count == 0 && _inWork.Count == 0)
            _drained?.TrySetResult();
    }

    private int BothCount() => _inWork.Keys.Count(_wanted.ContainsKey);
}
