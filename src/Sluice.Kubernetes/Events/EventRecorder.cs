using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Writes Kubernetes Events about objects. Recording never waits and never fails: events are written in the background, one after the other,
/// repetitions within 10 minutes count up one Event, a write that fails for a while is tried again while the others wait behind it, and what
/// cannot be written is logged and dropped.
/// </summary>
public sealed partial class EventRecorder
{
    /// <summary>Events that are remembered for counting up; beyond that the oldest are forgotten.</summary>
    private const int MaxRemembered = 1024;

    /// <summary>Between two looks whether there is more urgent work, and so between two events while there is: 20 a second hold up nobody.</summary>
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly KubernetesApi _api;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<RecordedEvent> _waiting;
    private readonly Dictionary<EventIdentity, Written> _written = [];
    private readonly Queue<(EventIdentity Identity, string Name)> _order = new();

    /// <summary>Prepares the recorder. What is recorded waits until <see cref="RunAsync"/>.</summary>
    public EventRecorder(KubernetesApi api, EventRecorderOptions options, TimeProvider time, ILogger logger)
    {
        (_api, _options, _time, _logger) = (api, options, time, logger);
        _waiting = Channel.CreateBounded<RecordedEvent>(new BoundedChannelOptions(options.Capacity) { SingleReader = true });
    }

    private sealed record Written(string Name, int Count, DateTimeOffset First);

    /// <summary>Records an event; returns at once.</summary>
    /// <param name="regarding">The object that it is about.</param>
    /// <param name="type">Normal, or a warning.</param>
    /// <param name="reason">Why, as one CamelCase word for machines.</param>
    /// <param name="action">What was done, as one CamelCase word for machines.</param>
    /// <param name="message">For people; up to 1024 characters are kept.</param>
    /// <param name="by">Who did it, with which the message ends; up to 256 characters are kept. Default: it is not said.</param>
    /// <param name="annotations">Annotations of the Event, such as Flux's <c>…/revision</c>; default none.</param>
    public void Record(ObjectReference regarding, EventType type, string reason, string action, string message, string? by = null,
        IReadOnlyDictionary<string, string>? annotations = null)
    {
        if (!_waiting.Writer.TryWrite(new RecordedEvent(regarding, type, reason, action, message, by, annotations, _time.GetUtcNow(), _time.GetTimestamp())))
        {
            Instruments.EventsDropped.Add(1);
            LogDropped(_logger, reason, regarding.Kind, regarding.Key);
        }
    }

    /// <summary>Writes events until stopped, then those that still wait, for <see cref="EventRecorderOptions.FlushTimeout"/> at most.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var giveUp = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var stop = stopping.UnsafeRegister(_ =>
        {
            _waiting.Writer.TryComplete();
            giveUp.CancelAfter(_options.FlushTimeout);
        }, null).ConfigureAwait(false);
        var inHand = 0;
        try
        {
            await foreach (var next in _waiting.Reader.ReadAllAsync(giveUp.Token).ConfigureAwait(false))
            {
                inHand = 1;
                await GiveWayAsync(next, stopping, giveUp.Token).ConfigureAwait(false);
                await WriteAsync(next, stopping, giveUp.Token).ConfigureAwait(false);
                inHand = 0;
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            if (_waiting.Reader.Count + inHand is > 0 and var lost)
            {
                Instruments.EventsDropped.Add(lost);
                LogGivenUp(_logger, lost, _options.FlushTimeout);
            }
        }
    }

    // To more urgent work, but not for ever: objects that others fight about may keep the queue from ever being empty.
    private async Task GiveWayAsync(RecordedEvent next, CancellationToken stopping, CancellationToken cancellation)
    {
        var hasWaited = false;
        while (_options.IsBusy() && !stopping.IsCancellationRequested && !hasWaited)
        {
            await Task.Delay(BusyPause, _time, cancellation).ConfigureAwait(false);
            hasWaited = _time.GetElapsedTime(next.Since) >= _options.BusyPatience;
        }
    }

    private async Task WriteAsync(RecordedEvent recorded, CancellationToken stopping, CancellationToken giveUp)
    {
        // One name for all tries: a create whose answer was lost is not done twice.
        var name = recorded.NewName();
        var backoff = new Backoff(FirstRetry, LongestRetry, Random.Shared);
        while (true)
        {
            try
            {
                await TryWriteAsync(recorded, name, giveUp).ConfigureAwait(false);
                return;
            }
            catch (KubernetesApiException e) when (IsOverSoon(e) && _time.GetElapsedTime(recorded.Since) < _options.RetryPatience)
            {
                LogRetry(_logger, recorded.Reason, recorded.Regarding.Kind, recorded.Regarding.Key, e.Message);
                await WaitAsync(backoff, e.RetryAfter, stopping, giveUp).ConfigureAwait(false);
            }
            catch (KubernetesApiException e)
            {
                Instruments.EventsDropped.Add(1);
                LogFailed(_logger, recorded.Reason, recorded.Regarding.Kind, recorded.Regarding.Key, e.Message);
                return;
            }
        }
    }

    // That there are too many, without saying until when, an admission plugin says of one namespace (EventRateLimit): those of the others must not wait for that.
    private static bool IsOverSoon(KubernetesApiException e) => e.IsTransient && (e.StatusCode != 429 || e.RetryAfter is not null);

    private async Task WaitAsync(Backoff backoff, TimeSpan? asked, CancellationToken stopping, CancellationToken giveUp)
    {
        var wait = backoff.Next();
        if (asked > wait)
            wait = asked.Value < LongestRetry ? asked.Value : LongestRetry;
        try
        {
            await Task.Delay(wait, _time, stopping.IsCancellationRequested ? giveUp : stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!giveUp.IsCancellationRequested)
        {
            // The stop: there is less time than the wait may take.
            backoff.Reset();
        }
    }

    private async Task TryWriteAsync(RecordedEvent recorded, string name, CancellationToken cancellation)
    {
        if (_written.TryGetValue(recorded.Identity, out var earlier) && recorded.At - earlier.First < _options.AggregationWindow
            && await TryCountUpAsync(recorded, earlier, cancellation).ConfigureAwait(false))
        {
            return;
        }
        try
        {
            await _api.CreateAsync(RecordedEvent.Resource, recorded.Namespace, recorded.Encode(name, _options), ObjectDecoders.Ignore,
                cancellation: cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            // No other has this name: an earlier try was carried out, and its answer lost.
        }
        Remember(recorded.Identity, new Written(name, 1, recorded.At));
    }

    private async Task<bool> TryCountUpAsync(RecordedEvent recorded, Written earlier, CancellationToken cancellation)
    {
        var count = earlier.Count + 1;
        try
        {
            await _api.MergePatchAsync(RecordedEvent.Resource, new ObjectKey(recorded.Namespace, earlier.Name),
                RecordedEvent.EncodeRepetition(count, recorded.At), null, ObjectDecoders.Ignore, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            // Events expire, an hour after their last change by default.
            return false;
        }
        _written[recorded.Identity] = earlier with { Count = count };
        return true;
    }

    private void Remember(EventIdentity identity, Written written)
    {
        _written[identity] = written;
        _order.Enqueue((identity, written.Name));
        while (_order.Count > MaxRemembered)
        {
            var (oldest, name) = _order.Dequeue();
            if (_written.TryGetValue(oldest, out var known) && known.Name == name)
                _written.Remove(oldest);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} about {Kind} {Object} dropped: too many are waiting to be written")]
    private static partial void LogDropped(ILogger logger, string reason, string kind, ObjectKey @object);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Event {Reason} about {Kind} {Object} is tried again: {Failure}")]
    private static partial void LogRetry(ILogger logger, string reason, string kind, ObjectKey @object, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} about {Kind} {Object} could not be written: {Failure}")]
    private static partial void LogFailed(ILogger logger, string reason, string kind, ObjectKey @object, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events could not be written within {FlushTimeout} of the stop")]
    private static partial void LogGivenUp(ILogger logger, int count, TimeSpan flushTimeout);
}
