using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Waits until a lease can be taken. The lease is watched, so a release is seen at once; where watching is not permitted or
/// does not work, it is read every 2 seconds instead.
/// </summary>
internal sealed class LeaseStandby
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromSeconds(2);

    private readonly KubernetesApi _api;
    private readonly ObjectKey _key;
    private readonly string _identity;
    private readonly TimeProvider _time;
    private readonly Informer<LeaseRecord> _informer;
    private TaskCompletionSource _changed = NewSignal();
    private string _holder = "";
    private string? _version;
    private long _since;

    public LeaseStandby(KubernetesApi api, LeaderElectionOptions options, TimeProvider time, ILogger logger)
    {
        (_api, _identity, _time) = (api, options.Identity, time);
        _key = new ObjectKey(options.Namespace, options.Name);
        var watch = new InformerOptions
        {
            Name = $"lease-{options.Name}",
            Namespaces = [options.Namespace],
            FieldSelector = $"metadata.name={options.Name}",
            MaxBackoff = PollPeriod,
        };
        _informer = new Informer<LeaseRecord>(api, LeaseRecord.Resource, LeaseRecord.Decode, watch, time, logger);
        _informer.AddHandler(_ => Signal());
        _informer.StatusChanged += _ => Signal();
    }

    /// <summary>Called with each new holder that is not us.</summary>
    public required Action<string> OnHolder { get; init; }

    public Task WatchAsync(CancellationToken stopping) => _informer.RunAsync(stopping);

    /// <summary>Returns when the lease is free, expired or ours by name: the lease as it is, or null if there is none.</summary>
    public async Task<LeaseRecord?> UntilFreeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            // Taken before looking, so that no change falls between.
            var signal = Volatile.Read(ref _changed);
            var watching = _informer.Status == InformerStatus.Watching;
            var lease = watching
                ? _informer.Cache.Find(_key)
                : await _api.TryGetAsync(LeaseRecord.Resource, _key, LeaseRecord.Decode, cancellation).ConfigureAwait(false);
            var remaining = Remaining(lease);
            if (remaining <= TimeSpan.Zero)
                return lease;
            var wait = watching || remaining < PollPeriod ? remaining : PollPeriod;
            using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(signal.Task, Task.Delay(wait, _time, woken.Token)).ConfigureAwait(false);
            await woken.CancelAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    // A lease expires so long after we saw it change, whatever its own time stamps say: clocks differ between machines.
    private TimeSpan Remaining(LeaseRecord? lease)
    {
        if (lease is null || lease.IsFree || lease.Holder == _identity)
            return TimeSpan.Zero;
        if (lease.ResourceVersion != _version)
        {
            (_version, _since) = (lease.ResourceVersion, _time.GetTimestamp());
            if (lease.Holder != _holder)
                OnHolder(_holder = lease.Holder);
        }
        return lease.Duration - _time.GetElapsedTime(_since);
    }

    private void Signal() => Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
