using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Leader election over a Lease, compatible with client-go's: of all the processes that use the same Lease, at most one leads.
/// </summary>
/// <remarks>
/// Fencing: a leader counts from the <i>start</i> of its last successful renewal, and cancels its work after
/// <see cref="LeaderElectionOptions.RenewDeadline"/>; others count from when they <i>saw</i> that renewal, and wait for the longer
/// <see cref="LeaderElectionOptions.LeaseDuration"/>. Both count on their own monotonic clock.
/// </remarks>
public sealed partial class LeaderElector
{
    private readonly KubernetesApi _api;
    private readonly LeaderElectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ObjectKey _key;
    private readonly Lock _lock = new();
    private bool _leading;
    private long _renewedTimestamp;
    private DateTimeOffset _renewedAt;

    /// <summary>Prepares the election; nothing is sent before <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentException">The durations do not leave room for each other.</exception>
    public LeaderElector(KubernetesApi api, LeaderElectionOptions options, TimeProvider time, ILogger logger)
    {
        if (options.RenewDeadline >= options.LeaseDuration)
            throw new ArgumentException($"RenewDeadline ({options.RenewDeadline}) must be less than LeaseDuration ({options.LeaseDuration}).", nameof(options));
        if (options.RetryPeriod >= options.RenewDeadline)
            throw new ArgumentException($"RetryPeriod ({options.RetryPeriod}) must be less than RenewDeadline ({options.RenewDeadline}).", nameof(options));
        (_api, _options, _time, _logger) = (api, options, time, logger);
        _key = new ObjectKey(options.Namespace, options.Name);
    }

    /// <summary>Who we are in the Lease.</summary>
    public string Identity => _options.Identity;

    /// <summary>Who held the Lease when it was last seen; empty before that.</summary>
    public string Leader { get; private set; } = "";

    /// <summary>
    /// Whether we lead right now, by both clocks: a machine that slept has lost the lease, even before its timers notice.
    /// </summary>
    public bool IsLeader
    {
        get
        {
            lock (_lock)
                return _leading && Remaining() > TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Waits for the leadership, runs <paramref name="lead"/> with a token that is cancelled when it is lost or
    /// <paramref name="stopping"/> is, and frees the lease after a clean end.
    /// </summary>
    /// <returns>When stopped, or when <paramref name="lead"/> returns; its exceptions pass through.</returns>
    /// <exception cref="LeadershipLostException">
    /// The leadership was lost. The work has ended, or has ignored its token for the time that was left: end the process.
    /// </exception>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken stopping)
    {
        LeaseRecord held;
        try
        {
            held = await AcquireAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        LogLeading(_logger, _key, Identity);
        Instruments.Leading.Add(1, Instruments.Named(_key.Name));
        try
        {
            await LeadAsync(held, lead, stopping).ConfigureAwait(false);
        }
        finally
        {
            StopLeading();
            Instruments.Leading.Add(-1, Instruments.Named(_key.Name));
        }
    }

    private async Task<LeaseRecord> AcquireAsync(CancellationToken stopping)
    {
        var standby = new LeaseStandby(_api, _options, _time, _logger) { OnHolder = NoteHolder };
        using var acquired = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watching = standby.WatchAsync(acquired.Token);
        try
        {
            while (true)
            {
                try
                {
                    var lease = await standby.UntilFreeAsync(stopping).ConfigureAwait(false);
                    return await TakeAsync(lease, stopping).ConfigureAwait(false);
                }
                catch (KubernetesApiException e)
                {
                    // A conflict: someone else was faster, or the watch is a moment behind.
                    if (!e.IsConflict)
                        LogNotAcquired(_logger, _key, e.Message);
                    var wait = (e.IsConflict ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(2)) * (0.5 + Random.Shared.NextDouble());
                    await Task.Delay(wait, _time, stopping).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await acquired.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }
    }

    private async Task<LeaseRecord> TakeAsync(LeaseRecord? lease, CancellationToken cancellation)
    {
        var (timestamp, now) = (_time.GetTimestamp(), _time.GetUtcNow());
        var transitions = lease is null ? 0 : lease.Transitions + (lease.Holder == Identity ? 0 : 1);
        var body = LeaseRecord.Encode(_key, lease?.ResourceVersion, Identity, _options.LeaseDuration, now, now, transitions);
        var taken = lease is null
            ? await _api.CreateAsync(LeaseRecord.Resource, _key.Namespace, body, LeaseRecord.Decode, cancellation: cancellation).ConfigureAwait(false)
            : await PatchAsync(body, cancellation).ConfigureAwait(false);
        lock (_lock)
            (_leading, _renewedTimestamp, _renewedAt) = (true, timestamp, now);
        Leader = Identity;
        return taken;
    }

    private async Task LeadAsync(LeaseRecord held, Func<CancellationToken, Task> lead, CancellationToken stopping)
    {
        using var leading = new CancellationTokenSource(Remaining(), _time);
        await using var stop = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), leading).ConfigureAwait(false);
        var work = Task.Run(() => lead(leading.Token), CancellationToken.None);
        string? lost;
        try
        {
            lost = await RenewAsync(() => held, next => held = next, work, leading).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (leading.IsCancellationRequested)
        {
            lost = stopping.IsCancellationRequested ? null : $"it could not be renewed within {_options.RenewDeadline.TotalSeconds:0.#} s";
        }
        StopLeading();
        await leading.CancelAsync().ConfigureAwait(false);

        if (lost is not null)
        {
            LogLost(_logger, _key, lost);
            // The time that the lease still protects what is being finished.
            await Task.WhenAny(work, Task.Delay(_options.LeaseDuration - _options.RenewDeadline, _time, CancellationToken.None)).ConfigureAwait(false);
            throw new LeadershipLostException($"Lost the leadership of {_key}: {lost}.");
        }
        var left = _options.RenewDeadline - _time.GetElapsedTime(_renewedTimestamp);
        var ended = work.IsCompleted || (left > TimeSpan.Zero
            && await Task.WhenAny(work, Task.Delay(left, _time, CancellationToken.None)).ConfigureAwait(false) == work);
        // Never released under work that still runs.
        if (!ended)
        {
            LogNotReleased(_logger, _key);
            return;
        }
        if (_options.ReleaseOnCancel)
            await ReleaseAsync(held).ConfigureAwait(false);
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    // Renews until the work ends (null), the leadership is lost (why), or the token is cancelled.
    private async Task<string?> RenewAsync(Func<LeaseRecord> held, Action<LeaseRecord> hold, Task work, CancellationTokenSource leading)
    {
        var wait = _options.RetryPeriod;
        while (true)
        {
            using (var tick = CancellationTokenSource.CreateLinkedTokenSource(leading.Token))
            {
                await Task.WhenAny(work, Task.Delay(wait, _time, tick.Token)).ConfigureAwait(false);
                await tick.CancelAsync().ConfigureAwait(false);
            }
            if (work.IsCompleted)
                return null;
            leading.Token.ThrowIfCancellationRequested();
            if (!IsLeader)
                return $"it was not renewed for {_options.RenewDeadline.TotalSeconds:0.#} s, by the wall clock: the machine slept, or its clock was set";
            try
            {
                var (timestamp, now) = (_time.GetTimestamp(), _time.GetUtcNow());
                var body = LeaseRecord.Encode(_key, held().ResourceVersion, Identity, _options.LeaseDuration, now, null, null);
                hold(await PatchAsync(body, leading.Token).ConfigureAwait(false));
                lock (_lock)
                    (_renewedTimestamp, _renewedAt) = (timestamp, now);
                leading.CancelAfter(Remaining());
                wait = _options.RetryPeriod;
            }
            catch (KubernetesApiException e) when (e.IsConflict || e.IsNotFound)
            {
                // Someone wrote the Lease, a label perhaps; or deleted it, and another may have made it anew.
                var lease = await TryReadAsync(leading.Token).ConfigureAwait(false);
                if (lease is null)
                    return "the Lease was deleted";
                if (lease.Holder != Identity)
                    return lease.IsFree ? "the Lease was freed by someone else" : $"{lease.Holder} holds it";
                hold(lease);
                wait = TimeSpan.FromMilliseconds(100);
            }
            catch (KubernetesApiException e)
            {
                LogNotRenewed(_logger, _key, e.Message);
                wait = _options.RetryPeriod < TimeSpan.FromSeconds(2) ? _options.RetryPeriod : TimeSpan.FromSeconds(2);
            }
        }
    }

    private async Task<LeaseRecord?> TryReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await _api.GetAsync(LeaseRecord.Resource, _key, LeaseRecord.Decode, metadataOnly: false, cancellation, unthrottled: true)
                .ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private async Task ReleaseAsync(LeaseRecord held)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), _time);
        try
        {
            var body = LeaseRecord.Encode(_key, held.ResourceVersion, "", TimeSpan.FromSeconds(1), _time.GetUtcNow(), null, null);
            await PatchAsync(body, patience.Token).ConfigureAwait(false);
            LogReleased(_logger, _key);
        }
        catch (Exception e) when (e is KubernetesApiException or OperationCanceledException)
        {
            LogReleaseFailed(_logger, _key, e.Message, _options.LeaseDuration);
        }
    }

    private Task<LeaseRecord> PatchAsync(byte[] body, CancellationToken cancellation) =>
        // A merge patch leaves labels, annotations and owners as they are.
        _api.WriteAsync(HttpMethod.Patch, LeaseRecord.Resource, _key, "renew", "application/merge-patch+json", body, null, LeaseRecord.Decode,
            cancellation, unthrottled: true);

    private TimeSpan Remaining()
    {
        var monotonic = _options.RenewDeadline - _time.GetElapsedTime(_renewedTimestamp);
        var wall = _options.RenewDeadline - (_time.GetUtcNow() - _renewedAt);
        var left = monotonic < wall ? monotonic : wall;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void StopLeading()
    {
        lock (_lock)
            _leading = false;
    }

    private void NoteHolder(string holder)
    {
        Leader = holder;
        LogStandby(_logger, _key, holder);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Leading: {Identity} holds lease {Lease}")]
    private static partial void LogLeading(ILogger logger, ObjectKey lease, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "Standing by: lease {Lease} is held by {Holder}")]
    private static partial void LogStandby(ILogger logger, ObjectKey lease, string holder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} could not be taken, trying again: {Failure}")]
    private static partial void LogNotAcquired(ILogger logger, ObjectKey lease, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} could not be renewed, trying again: {Failure}")]
    private static partial void LogNotRenewed(ILogger logger, ObjectKey lease, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Lost the leadership of {Lease}: {Reason}. The work is stopped")]
    private static partial void LogLost(ILogger logger, ObjectKey lease, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {Lease} is released")]
    private static partial void LogReleased(ILogger logger, ObjectKey lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} is not released: the work did not end in time. It expires by itself")]
    private static partial void LogNotReleased(ILogger logger, ObjectKey lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} could not be released ({Failure}); others take over after {LeaseDuration}")]
    private static partial void LogReleaseFailed(ILogger logger, ObjectKey lease, string failure, TimeSpan leaseDuration);
}
