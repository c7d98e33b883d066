using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Sluice.Kubernetes.Tests.Queues;

public sealed class WorkerPoolTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task What_fails_is_tried_again_with_back_off_and_what_succeeds_is_forgotten()
    {
        using var queue = NewQueue();
        var tries = 0;
        using var stop = new CancellationTokenSource();
        var done = new TaskCompletionSource();
        var running = Pool(queue, (_, _) =>
        {
            if (++tries < 3)
                throw new InvalidOperationException("not yet");
            done.SetResult();
            return Task.FromResult(ReconcileResult.Done);
        }).RunAsync(stop.Token);

        queue.Add("gate");
        while (!done.Task.IsCompleted)
        {
            if (queue.DelayedCount > 0)
                _time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }
        await stop.CancelAsync();
        await running;

        tries.Should().Be(3);
        queue.Retries("gate").Should().Be(0, "the third try succeeded");
    }

    [Fact]
    public async Task What_the_API_server_asks_to_send_again_later_is_tried_then_and_neither_sooner_nor_after_a_long_back_off()
    {
        using var queue = NewQueue();
        using var stop = new CancellationTokenSource();
        List<DateTimeOffset> looks = [];
        var done = new TaskCompletionSource();
        var running = Pool(queue, (_, _) =>
        {
            looks.Add(_time.GetUtcNow());
            if (looks.Count == 12)
            {
                done.SetResult();
                return Task.FromResult(ReconcileResult.Done);
            }

            throw new KubernetesApiException("patch gate a/b", new ApiStatus(429, "TooManyRequests", "too many", TimeSpan.FromSeconds(12), []));
        }).RunAsync(stop.Token);

        queue.Add("gate");
        while (!done.Task.IsCompleted)
        {
            if (queue.DelayedCount > 0)
                _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        await stop.CancelAsync();
        await running;

        looks.Zip(looks.Skip(1)).Select(pair => pair.Second - pair.First).Should().AllSatisfy(
            pause => pause.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(12)).And.BeLessThan(TimeSpan.FromSeconds(14.6)));
    }

    [Fact]
    public async Task A_result_may_ask_for_another_look_at_a_moment()
    {
        using var queue = NewQueue();
        using var stop = new CancellationTokenSource();
        var moment = _time.GetUtcNow().AddMinutes(10);
        List<DateTimeOffset> looks = [];
        var twice = new TaskCompletionSource();
        var running = Pool(queue, (_, _) =>
        {
            looks.Add(_time.GetUtcNow());
            if (looks.Count == 2)
                twice.SetResult();
            return Task.FromResult(looks.Count == 1 ? ReconcileResult.At(moment) : ReconcileResult.Done);
        }).RunAsync(stop.Token);

        queue.Add("gate");
        while (!twice.Task.IsCompleted)
        {
            if (queue.DelayedCount > 0)
                _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
        await stop.CancelAsync();
        await running;

        looks[1].Should().Be(moment, "the second look was asked for at that moment, and the clock goes in half seconds");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_moment_that_was_asked_for_is_kept_while_what_comes_before_it_fails(bool throws)
    {
        using var queue = NewQueue();
        using var stop = new CancellationTokenSource();
        var moment = _time.GetUtcNow().AddSeconds(10);
        List<DateTimeOffset> looks = [];
        var atMoment = new TaskCompletionSource();
        var running = Pool(queue, (_, _) =>
        {
            looks.Add(_time.GetUtcNow());
            if (_time.GetUtcNow() == moment)
                atMoment.SetResult();
            // It succeeds once, and says when; from then on it fails, and may say when or not.
            var failure = new InvalidOperationException("not now");
            return looks.Count == 1 ? Task.FromResult(ReconcileResult.At(moment))
                : throws ? throw failure
                : Task.FromResult(ReconcileResult.At(moment) with { Failure = failure });
        }).RunAsync(stop.Token);

        queue.Add("gate");
        while (queue.DelayedCount == 0)
            await Task.Yield();
        queue.Add("gate");
        while (!atMoment.Task.IsCompleted && _time.GetUtcNow() <= moment.AddSeconds(30))
        {
            // Only between two looks: none is due or in hand.
            if (queue.Count == 0 && queue.InWorkCount == 0)
                _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
        await stop.CancelAsync();
        await running;

        looks.Should().Contain(moment, "the back-off of the failures would have come at about 0.75, 2.25, 5.25 and 11.25 s").And.HaveCountGreaterThan(3);
    }

    [Fact]
    public async Task A_stop_lets_the_work_in_hand_end_and_takes_no_more()
    {
        using var queue = NewQueue();
        using var stop = new CancellationTokenSource();
        var (begun, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        List<string> worked = [];
        var running = Pool(queue, async (key, cancellation) =>
        {
            begun.SetResult();
            await finish.Task;
            cancellation.ThrowIfCancellationRequested();
            worked.Add(key);
            return ReconcileResult.Done;
        }).RunAsync(stop.Token);
        queue.Add("in hand");
        await begun.Task;
        queue.Add("waiting");

        await stop.CancelAsync();
        running.IsCompleted.Should().BeFalse("the work in hand has not ended");
        finish.SetResult();
        await running;

        worked.Should().Equal("in hand");
    }

    [Fact]
    public async Task Work_that_ignores_a_stop_is_cancelled_after_the_grace_period()
    {
        using var queue = NewQueue();
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var running = Pool(queue, async (_, cancellation) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellation);
            return ReconcileResult.Done;
        }).RunAsync(stop.Token);
        queue.Add("stuck");
        await begun.Task;
        await stop.CancelAsync();

        _time.Advance(TimeSpan.FromSeconds(9.9));
        running.IsCompleted.Should().BeFalse("the grace period is ten seconds");
        _time.Advance(TimeSpan.FromSeconds(0.2));

        await running;
    }

    private WorkQueue<string> NewQueue() => new("test", new WorkQueueOptions(), _time);

    private WorkerPool<string> Pool(WorkQueue<string> queue, Func<string, CancellationToken, Task<ReconcileResult>> reconcile) =>
        new("test", queue, reconcile, new WorkerPoolOptions { Workers = 1 }, _time, NullLogger.Instance);
}
