using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Sluice.Kubernetes.Tests.Queues;

public sealed class WorkQueueModelTests
{
    private static readonly WorkQueueOptions Options = new() { InitialBackoff = TimeSpan.FromMilliseconds(750), MaxBackoff = TimeSpan.FromMinutes(15), Jitter = 0 };

    private abstract record Step
    {
        public sealed record Add(int Key, WorkPriority Priority) : Step;

        public sealed record After(int Key, int Milliseconds) : Step;

        public sealed record At(int Key, int Milliseconds) : Step;

        public sealed record RateLimited(int Key) : Step;

        public sealed record Forget(int Key) : Step;

        public sealed record Advance(int Milliseconds) : Step;

        public sealed record Take : Step;

        public sealed record Finish(int Which) : Step;
    }

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (4, Gen.Select(Gen.Int[0, 5], Gen.Enum<WorkPriority>(), (k, p) => (Step)new Step.Add(k, p))),
        (3, Gen.Select(Gen.Int[0, 5], Gen.Int[-5, 3000], (k, ms) => (Step)new Step.After(k, ms))),
        (3, Gen.Select(Gen.Int[0, 5], Gen.Int[-5, 60_000], (k, ms) => (Step)new Step.At(k, ms))),
        (2, Gen.Int[0, 5].Select(k => (Step)new Step.RateLimited(k))),
        (1, Gen.Int[0, 5].Select(k => (Step)new Step.Forget(k))),
        (4, Gen.Int[0, 20_000].Select(ms => (Step)new Step.Advance(ms))),
        (5, Gen.Const((Step)new Step.Take())),
        (4, Gen.Int[0, 5].Select(n => (Step)new Step.Finish(n))));

    [Fact]
    public void The_queue_agrees_with_a_simple_model_of_its_semantics_whatever_is_done_to_it() =>
        Steps.List[1, 120].Sample(static steps =>
        {
            using var run = new Run();
            run.Play(steps);
        }, iter: 3000);

    // The model: client-go's semantics in their plainest form.
    private sealed class Run : IDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly WorkQueue<int> _queue;
        private readonly Dictionary<int, WorkPriority> _wanted = [];
        private readonly List<int> _inWork = [];
        private readonly Dictionary<int, DateTimeOffset> _spans = [];
        private readonly Dictionary<int, DateTimeOffset> _moments = [];
        private readonly Dictionary<int, int> _failures = [];

        public Run() => _queue = new WorkQueue<int>("model", Options, _time);

        public void Play(List<Step> steps)
        {
            foreach (var step in steps)
            {
                switch (step)
                {
                    case Step.Add(var key, var priority):
                        _queue.Add(key, priority);
                        Want(key, priority);
                        break;
                    case Step.After(var key, var ms):
                        _queue.AddAfter(key, TimeSpan.FromMilliseconds(ms));
                        Delay(_spans, key, ms);
                        break;
                    case Step.At(var key, var ms):
                        _queue.AddAt(key, _time.GetUtcNow().AddMilliseconds(ms));
                        Delay(_moments, key, ms);
                        break;
                    case Step.RateLimited(var key):
                        _queue.AddRateLimited(key);
                        var failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
                        Delay(_spans, key, Math.Min(750 * Math.Pow(2, failures - 1), 15 * 60_000));
                        break;
                    case Step.Forget(var key):
                        _queue.Forget(key);
                        _failures.Remove(key);
                        break;
                    case Step.Advance(var ms):
                        _time.Advance(TimeSpan.FromMilliseconds(ms));
                        // A moment that is still to come outlasts a span, and takes along one that is.
                        foreach (var key in Due(_spans))
                        {
                            _spans.Remove(key);
                            Want(key, WorkPriority.Normal);
                        }
                        foreach (var key in Due(_moments))
                        {
                            _moments.Remove(key);
                            _spans.Remove(key);
                            Want(key, WorkPriority.Normal);
                        }
                        break;
                    case Step.Take:
                        Take();
                        break;
                    case Step.Finish(var which) when _inWork.Count > 0:
                        var done = _inWork[which % _inWork.Count];
                        _inWork.Remove(done);
                        _queue.Done(done);
                        break;
                }
                _queue.Count.Should().Be(Ready().Count(), "after {0} the model has {1} keys ready", step, Ready().Count());
                var later = _spans.Keys.Union(_moments.Keys).Count();
                _queue.DelayedCount.Should().Be(later, "after {0} the model has {1} keys delayed", step, later);
                foreach (var key in Enumerable.Range(0, 6))
                    _queue.Retries(key).Should().Be(_failures.GetValueOrDefault(key), "that many failures of {0} were counted", key);
            }
        }

        public void Dispose() => _queue.Dispose();

        private void Take()
        {
            using var cancel = new CancellationTokenSource();
            var taking = _queue.GetAsync(cancel.Token).AsTask();
            var ready = Ready().ToList();
            if (ready.Count == 0)
            {
                taking.IsCompleted.Should().BeFalse("the model has nothing to hand out");
                cancel.Cancel();
                ((IAsyncResult)taking).AsyncWaitHandle.WaitOne();
                return;
            }
            taking.IsCompletedSuccessfully.Should().BeTrue("the model has {0} ready", string.Join(", ", ready));
            var key = taking.Result.Key;
            ready.Should().Contain(key, "only what is wanted and not in work may be handed out");
            if (ready.Exists(k => _wanted[k] == WorkPriority.Normal))
                _wanted[key].Should().Be(WorkPriority.Normal, "low priority waits for everything else");
            _wanted.Remove(key);
            _inWork.Add(key);
        }

        private IEnumerable<int> Ready() => _wanted.Keys.Where(key => !_inWork.Contains(key));

        private void Want(int key, WorkPriority priority) =>
            _wanted[key] = _wanted.TryGetValue(key, out var known) && known < priority ? known : priority;

        private List<int> Due(Dictionary<int, DateTimeOffset> deadlines) => [.. deadlines.Where(deadline => deadline.Value <= _time.GetUtcNow()).Select(deadline => deadline.Key)];

        private void Delay(Dictionary<int, DateTimeOffset> deadlines, int key, double milliseconds)
        {
            if (milliseconds <= 0)
            {
                Want(key, WorkPriority.Normal);
                return;
            }
            var due = _time.GetUtcNow().AddMilliseconds(milliseconds);
            if (!deadlines.TryGetValue(key, out var known) || due < known)
                deadlines[key] = due;
        }
    }
}
