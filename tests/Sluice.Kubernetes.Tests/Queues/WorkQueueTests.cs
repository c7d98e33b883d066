using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Sluice.Kubernetes.Tests.Queues;

public sealed class WorkQueueTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Many_workers_never_share_a_key_and_miss_no_add()
    {
        using var queue = new WorkQueue<int>("storm", new WorkQueueOptions { InitialBackoff = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        const int keys = 20;
        var (wanted, seen, inWork) = (new int[keys], new int[keys], new int[keys]);
        var faults = new ConcurrentQueue<string>();
        var workers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (await queue.GetAsync(TestContext.Current.CancellationToken) is { ShutDown: false, Key: var key })
            {
                if (Interlocked.Increment(ref inWork[key]) != 1)
                    faults.Enqueue($"two workers have key {key}");
                Volatile.Write(ref seen[key], Volatile.Read(ref wanted[key]));
                if (key % 7 == 0)
                    await Task.Yield();
                Interlocked.Decrement(ref inWork[key]);
                queue.Done(key);
            }
        })).ToArray();
        var producers = Enumerable.Range(0, 4).Select(p => Task.Run(() =>
        {
            var random = new Random(p);
            for (var i = 0; i < 20_000; i++)
            {
                var key = random.Next(keys);
                Interlocked.Increment(ref wanted[key]);
                switch (i % 50)
                {
                    case 0:
                        queue.AddRateLimited(key);
                        queue.Forget(key);
                        queue.Add(key);
                        break;
                    default:
                        queue.Add(key, i % 3 == 0 ? WorkPriority.Low : WorkPriority.Normal);
                        break;
                }
            }
        }));
        await Task.WhenAll(producers);
        await queue.DrainAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(workers);

        faults.Should().BeEmpty("a key belongs to one worker at a time");
        seen.Should().Equal(wanted, "each key is worked on after the last time it was added");
    }

    [Fact]
    public async Task Keys_that_have_failed_come_at_once_when_what_they_failed_for_is_over_and_their_back_off_starts_over()
    {
        using var queue = new WorkQueue<string>("q", new WorkQueueOptions { Jitter = 0 }, _time);
        for (var failed = 0; failed < 12; failed++)
            queue.AddRateLimited("failed");
        queue.AddAfter("later", TimeSpan.FromMinutes(1));

        queue.RetryFailed();

        queue.Count.Should().Be(1, "what only waits for its time has not failed");
        (await queue.GetAsync(TestContext.Current.CancellationToken)).Key.Should().Be("failed");
        queue.AddRateLimited("failed");
        queue.Done("failed");
        _time.Advance(TimeSpan.FromMilliseconds(751));
        queue.Count.Should().Be(1);
    }

    [Fact]
    public async Task A_key_that_is_due_at_a_moment_is_never_handed_out_before_it_and_comes_within_a_millisecond()
    {
        using var queue = NewQueue();
        queue.AddAt("gate", _time.GetUtcNow().AddHours(3).AddTicks(5));

        _time.Advance(TimeSpan.FromHours(3));
        queue.Count.Should().Be(0, "five ticks are missing");
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await queue.GetAsync(TestContext.Current.CancellationToken)).Key.Should().Be("gate");
    }

    [Fact]
    public void A_moment_that_a_set_clock_has_skipped_is_noticed_within_fifteen_seconds()
    {
        var clock = new SettableClock(_time);
        using var queue = new WorkQueue<string>("clock", new WorkQueueOptions(), clock);
        queue.AddAt("gate", clock.GetUtcNow().AddDays(2));

        clock.Offset = TimeSpan.FromDays(3);
        _time.Advance(TimeSpan.FromSeconds(15));

        queue.Count.Should().Be(1, "the wall clock is a day past the moment");
    }

    [Fact]
    public void A_queue_that_is_told_when_the_clock_is_set_has_what_is_due_by_it_at_once_and_looks_at_no_clock_meanwhile()
    {
        var clock = new SettableClock(_time);
        using var queue = new WorkQueue<string>("clock", new WorkQueueOptions { WallClockCheck = null }, clock);
        queue.AddAt("gate", clock.GetUtcNow().AddDays(2));

        clock.Offset = TimeSpan.FromDays(3);
        _time.Advance(TimeSpan.FromMinutes(1));
        queue.Count.Should().Be(0, "nobody told it yet");
        queue.ClockChanged();
        queue.Count.Should().Be(1, "the wall clock is a day past the moment");
    }

    [Fact]
    public void A_clock_that_is_set_back_holds_a_moment_back()
    {
        var clock = new SettableClock(_time);
        using var queue = new WorkQueue<string>("clock", new WorkQueueOptions(), clock);
        queue.AddAt("gate", clock.GetUtcNow().AddMinutes(1));

        clock.Offset = TimeSpan.FromHours(-1);
        _time.Advance(TimeSpan.FromMinutes(59));
        queue.Count.Should().Be(0, "by the wall clock the moment is two minutes away");
        _time.Advance(TimeSpan.FromMinutes(2));

        queue.Count.Should().Be(1);
    }

    [Fact]
    public void A_back_off_does_not_care_about_the_wall_clock()
    {
        var clock = new SettableClock(_time);
        using var queue = new WorkQueue<string>("clock", new WorkQueueOptions(), clock);
        queue.AddAfter("gate", TimeSpan.FromMinutes(1));

        clock.Offset = TimeSpan.FromDays(1);
        _time.Advance(TimeSpan.FromSeconds(59));
        queue.Count.Should().Be(0, "a minute has not passed, whatever the clock says");
        _time.Advance(TimeSpan.FromSeconds(1));

        queue.Count.Should().Be(1);
    }

    [Fact]
    public void An_idle_queue_sets_no_timer_and_one_that_waits_for_a_span_sets_it_once()
    {
        var counting = new TimerCounter(_time);
        using var queue = new WorkQueue<string>("idle", new WorkQueueOptions(), counting);
        queue.Add("ready");
        counting.Settings.Should().Be(0, "nothing is delayed");

        queue.AddAfter("later", TimeSpan.FromHours(10));
        _time.Advance(TimeSpan.FromHours(9));

        counting.Settings.Should().Be(1, "one timer for the whole wait");
    }

    [Fact]
    public async Task Retries_start_at_750_ms_double_up_to_15_minutes_and_are_shortened_by_a_fifth_at_most()
    {
        using var queue = NewQueue();
        var bound = TimeSpan.FromMilliseconds(750);
        for (var retry = 0; retry < 15; retry++)
        {
            queue.AddRateLimited("gate");
            _time.Advance((bound * 0.8) - TimeSpan.FromMilliseconds(1));
            queue.Count.Should().Be(0, "retry {0} is not before four fifths of {1}", retry, bound);
            _time.Advance((bound * 0.2) + TimeSpan.FromMilliseconds(2));
            queue.Count.Should().Be(1, "retry {0} is not after {1}", retry, bound);
            queue.Done((await queue.GetAsync(TestContext.Current.CancellationToken)).Key);
            bound = bound * 2 < TimeSpan.FromMinutes(15) ? bound * 2 : TimeSpan.FromMinutes(15);
        }
        queue.Retries("gate").Should().Be(15);
        queue.Forget("gate");
        queue.Retries("gate").Should().Be(0);
    }

    [Fact]
    public async Task Draining_hands_out_what_is_ready_refuses_what_is_new_and_waits_for_the_work_in_hand()
    {
        using var queue = NewQueue();
        queue.Add("a");
        queue.Add("b");
        queue.AddAfter("c", TimeSpan.FromSeconds(1));
        var first = (await queue.GetAsync(TestContext.Current.CancellationToken)).Key;

        var draining = queue.DrainAsync(TestContext.Current.CancellationToken);
        queue.Add("d");
        _time.Advance(TimeSpan.FromSeconds(2));
        var second = (await queue.GetAsync(TestContext.Current.CancellationToken)).Key;
        queue.Done(first);
        draining.IsCompleted.Should().BeFalse("b is still in work");
        queue.Done(second);

        await draining;
        new[] { first, second }.Should().Equal("a", "b");
        (await queue.GetAsync(TestContext.Current.CancellationToken)).ShutDown.Should().BeTrue();
    }

    [Fact]
    public async Task Shutting_down_wakes_every_worker()
    {
        using var queue = NewQueue();
        var workers = Enumerable.Range(0, 5).Select(_ => queue.GetAsync(TestContext.Current.CancellationToken).AsTask()).ToArray();

        queue.Add("one");
        queue.ShutDown();

        var ends = await Task.WhenAll(workers);
        ends.Count(end => end.ShutDown).Should().BeGreaterThanOrEqualTo(4, "one of the five may have got the key");
    }

    private WorkQueue<string> NewQueue() => new("test", new WorkQueueOptions(), _time);
}
