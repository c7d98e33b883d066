using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Workers that take keys from a queue and reconcile them. A failure is logged and retried with the key's back-off; a success starts
/// the back-off over and schedules the next look.
/// </summary>
public sealed partial class WorkerPool<TKey> where TKey : notnull
{
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    private readonly string _controller;
    private readonly WorkQueue<TKey> _queue;
    private readonly Func<TKey, CancellationToken, Task<ReconcileResult>> _reconcile;
    private readonly WorkerPoolOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KeyValuePair<string, object?> _tag;

    /// <summary>Prepares the workers.</summary>
    /// <param name="controller">The name in metrics and logs.</param>
    /// <param name="queue">Where keys come from; the pool shuts it down when it stops.</param>
    /// <param name="reconcile">
    /// Makes the world agree with one key. Its token is cancelled when the grace period after a stop has passed.
    /// </param>
    /// <param name="options">How many, and how patient.</param>
    /// <param name="time">The clock of the grace period and of durations.</param>
    /// <param name="logger">Where failures are reported.</param>
    public WorkerPool(string controller, WorkQueue<TKey> queue, Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile,
        WorkerPoolOptions options, TimeProvider time, ILogger logger)
    {
        (_controller, _queue, _reconcile, _options, _time, _logger) = (controller, queue, reconcile, options, time, logger);
        _tag = new KeyValuePair<string, object?>("controller", controller);
    }

    /// <summary>Works until told to stop; then ends the work in hand, takes no more, and returns.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var abandon = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var stop = stopping.UnsafeRegister(_ =>
        {
            _queue.ShutDown();
            abandon.CancelAfter(_options.Grace);
        }, null).ConfigureAwait(false);
        var workers = Enumerable.Range(0, _options.Workers).Select(_ => Task.Run(() => WorkAsync(abandon.Token), CancellationToken.None)).ToArray();
        await Task.WhenAll(workers).ConfigureAwait(false);
    }

    private async Task WorkAsync(CancellationToken abandoned)
    {
        while (await _queue.GetAsync(CancellationToken.None).ConfigureAwait(false) is { ShutDown: false, Key: var key })
        {
            Instruments.ActiveWorkers.Add(1, _tag);
            try
            {
                await ReconcileAsync(key, abandoned).ConfigureAwait(false);
            }
            finally
            {
                Instruments.ActiveWorkers.Add(-1, _tag);
                _queue.Done(key);
            }
        }
    }

    private async Task ReconcileAsync(TKey key, CancellationToken abandoned)
    {
        var started = _time.GetTimestamp();
        string outcome;
        try
        {
            outcome = Schedule(key, await _reconcile(key, abandoned).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (abandoned.IsCancellationRequested)
        {
            LogAbandoned(_logger, _controller, key);
            outcome = "error";
        }
#pragma warning disable CA1031 // Whatever a reconciler throws: the worker lives on, and the key is tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Retry(key, e);
            outcome = "error";
        }
        Instruments.Reconciles.Add(1, _tag, new KeyValuePair<string, object?>("result", outcome));
        Instruments.ReconcileTime.Record(_time.GetElapsedTime(started).TotalSeconds, _tag);
    }

    // Returns controller-runtime's word for the outcome.
    private string Schedule(TKey key, ReconcileResult result)
    {
        if (result.Failure is { } failure)
            Retry(key, failure);
        else if (result.Retry)
            _queue.AddRateLimited(key);
        else
            _queue.Forget(key);
        if (result.RequeueAfter is { } span)
            _queue.AddAfter(key, span);
        if (result.RequeueAt is { } moment)
            _queue.AddAt(key, moment);
        return result.Failure is not null ? "error"
            : result.Retry ? "requeue"
            : result.RequeueAfter is null && result.RequeueAt is null ? "success" : "requeue_after";
    }

    private void Retry(TKey key, Exception failure)
    {
        Instruments.ReconcileErrors.Add(1, _tag);
        if (failure is KubernetesApiException { RetryAfter: { } asked })
            // The API server says when: neither sooner, nor as late as a long back-off would be. Up to a fifth more, or everyone that was turned away comes back at the same moment.
            _queue.AddAfter(key, TimeSpan.FromSeconds(Math.Clamp(asked.TotalSeconds, 1, LongestRetryAfter.TotalSeconds) * (1 + (Random.Shared.NextDouble() / 5))));
        else
            _queue.AddRateLimited(key);
        var retries = _queue.Retries(key);
        // Someone else wrote first, or the server is away: expected, and over by itself.
        if (failure is KubernetesApiException { IsConflict: true } or KubernetesApiException { IsTransient: true })
            LogRetried(_logger, _controller, key, failure.Message, retries);
        else
            LogFailed(_logger, failure, _controller, key, retries);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Controller}: reconciling {Object} failed ({Retries} in a row); it is tried again with back-off")]
    private static partial void LogFailed(ILogger logger, Exception failure, string controller, TKey @object, int retries);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Controller}: {Object} is tried again with back-off ({Retries} in a row): {Failure}")]
    private static partial void LogRetried(ILogger logger, string controller, TKey @object, string failure, int retries);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Controller}: work on {Object} did not end within the grace period and was abandoned")]
    private static partial void LogAbandoned(ILogger logger, string controller, TKey @object);
}
