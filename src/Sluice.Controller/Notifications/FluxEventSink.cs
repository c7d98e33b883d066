using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Channels;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Notifications;

/// <summary>
/// Posts events to Flux's notification-controller, in order, one at a time, and never holds up whoever has something to say: events wait in a
/// bounded queue, the oldest is dropped when it is full, and the event that cannot be delivered is given up after a bounded number of tries.
/// Kubernetes' own events are the record; this is the copy that reaches people.
/// </summary>
public sealed partial class FluxEventSink : IAsyncDisposable
{
    private const int LongestAnswerInLog = 256;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly FluxEventSinkOptions _options;
    private readonly SluiceMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly HttpClient _http;
    private readonly Channel<FluxEvent> _queue;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Task _sender;
    private int _droppingSaid;
    private int _lost;

    /// <param name="options">Where and how; without an address the sink takes every event and does nothing.</param>
    /// <param name="metrics">Gets the duration of requests and the count of dropped events.</param>
    /// <param name="clock">For time-outs and back-off.</param>
    /// <param name="logger">Told about events that are not delivered.</param>
    public FluxEventSink(FluxEventSinkOptions options, SluiceMetrics metrics, TimeProvider clock, ILogger<FluxEventSink> logger)
    {
        _options = options;
        _metrics = metrics;
        _clock = clock;
        _logger = logger;

        // The time limit is each request's own, on the clock above; connections are renewed so that a moved service is found again.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _queue = Channel.CreateBounded<FluxEvent>(
            new BoundedChannelOptions(options.QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => DroppedFromQueue());
        _sender = IsOn ? Task.Run(SendAllAsync) : Task.CompletedTask;
    }

    private enum Outcome
    {
        Accepted,
        Duplicate,
        Refused,
        Failed,
    }

    /// <summary>Whether events are posted at all.</summary>
    public bool IsOn => _options.Address is not null;

    /// <summary>Takes an event to be posted. Returns at once; never throws.</summary>
    public void Post(FluxEvent value)
    {
        if (IsOn && !_queue.Writer.TryWrite(value))
        {
            Lose("stopped");
        }
    }

    /// <summary>Takes no further events, and posts those that wait until the time is up.</summary>
    /// <returns>How many events were lost for want of time.</returns>
    public async Task<int> DrainAsync(TimeSpan timeout)
    {
        if (!_queue.Writer.TryComplete() || !IsOn)
        {
            return 0;
        }

        var before = Volatile.Read(ref _lost);
        try
        {
            await _sender.WaitAsync(timeout, _clock);
        }
        catch (TimeoutException)
        {
            await _giveUp.CancelAsync();
            await _sender;
            while (_queue.Reader.TryRead(out _))
            {
                Lose("stopped");
            }
        }

        var lost = Volatile.Read(ref _lost) - before;
        if (lost > 0)
        {
            LogLostAtStop(lost, _options.Address);
        }

        return lost;
    }

    /// <summary>Stops at once; what still waits is lost. Call <see cref="DrainAsync"/> before.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync(TimeSpan.Zero);
        _http.Dispose();
        _giveUp.Dispose();
    }

    private async Task SendAllAsync()
    {
        var body = new ArrayBufferWriter<byte>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (!_giveUp.IsCancellationRequested && _queue.Reader.TryRead(out var value))
            {
                try
                {
                    body.ResetWrittenCount();
                    FluxEventJson.Write(body, value, _options.ReportingController, _options.ReportingInstance);
                    await DeliverAsync(value, body.WrittenMemory);
                }
                catch (Exception e)
                {
                    // A fault in one event must not silence those after it.
                    LogFault(e, value.Reason);
                    _metrics.EventsDropped("undelivered");
                }
            }

            if (_giveUp.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task DeliverAsync(FluxEvent value, ReadOnlyMemory<byte> body)
    {
        var about = value.InvolvedObject;
        for (var attempt = 1; ; attempt++)
        {
            var (outcome, answer) = await RequestAsync(body);
            switch (outcome)
            {
                case Outcome.Accepted:
                    Volatile.Write(ref _droppingSaid, 0);
                    return;
                case Outcome.Duplicate:
                    LogDuplicate(value.Reason, about.Kind, about.Namespace, about.Name);
                    return;
                case Outcome.Refused:
                    LogRefused(value.Reason, about.Kind, about.Namespace, about.Name, answer);
                    _metrics.EventsDropped("refused");
                    return;
                case Outcome.Failed when _giveUp.IsCancellationRequested:
                    Lose("stopped");
                    return;
                case Outcome.Failed when attempt >= _options.MaxAttempts:
                    LogUndelivered(value.Reason, about.Kind, about.Namespace, about.Name, _options.Address, attempt, answer);
                    _metrics.EventsDropped("undelivered");
                    return;
            }

            LogRetry(value.Reason, about.Kind, about.Namespace, about.Name, answer);
            if (!await WaitAsync(attempt))
            {
                Lose("stopped");
                return;
            }
        }
    }

    private async Task<(Outcome Outcome, string Answer)> RequestAsync(ReadOnlyMemory<byte> body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = Json;
        using var time = new CancellationTokenSource(_options.Timeout, _clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(time.Token, _giveUp.Token);
        var started = _clock.GetTimestamp();
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            _metrics.EventRequested((int)response.StatusCode, _clock.GetElapsedTime(started));
            return (Judge(response.StatusCode), await AnswerAsync(response, limit.Token));
        }
        catch (OperationCanceledException)
        {
            _metrics.EventRequested(0, _clock.GetElapsedTime(started));
            return (Outcome.Failed, $"no answer within {_options.Timeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            _metrics.EventRequested(0, _clock.GetElapsedTime(started));
            return (Outcome.Failed, e.Message);
        }
    }

    /// <summary>429 is how notification-controller says that it has had this event already.</summary>
    private static Outcome Judge(HttpStatusCode code) => (int)code switch
    {
        >= 200 and < 300 => Outcome.Accepted,
        429 => Outcome.Duplicate,
        >= 500 => Outcome.Failed,
        _ => Outcome.Refused,
    };

    private static async Task<string> AnswerAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
        {
            return "";
        }

        var text = new byte[LongestAnswerInLog];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await stream.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellation);
        return $"{(int)response.StatusCode} {response.ReasonPhrase} {Encoding.UTF8.GetString(text, 0, length)}".Trim();
    }

    private async Task<bool> WaitAsync(int attempt)
    {
        var delay = Math.Min(_options.MaxRetryDelay.TotalMilliseconds, _options.MinRetryDelay.TotalMilliseconds * Math.Pow(2, attempt - 1));
        var varied = TimeSpan.FromMilliseconds(delay * (0.5 + Random.Shared.NextDouble()));
        try
        {
            await Task.Delay(varied, _clock, _giveUp.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void DroppedFromQueue()
    {
        _metrics.EventsDropped("queue_full");

        // Said once until an event gets through again; the metric has the count.
        if (Interlocked.Exchange(ref _droppingSaid, 1) == 0)
        {
            LogQueueFull(_options.QueueLength, _options.Address);
        }
    }

    private void Lose(string why)
    {
        Interlocked.Increment(ref _lost);
        _metrics.EventsDropped(why);
    }
}
