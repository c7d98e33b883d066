using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Sluice.Kubernetes.Tests.Caching;

public sealed class InformerTimingTests
{
    private static readonly ObjectKey Key = new("a", "one");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_watch_that_has_sent_bookmarks_and_is_silent_for_three_minutes_is_opened_again_where_it_was()
    {
        await using var run = Start(new InformerOptions());
        var watch = (await run.Server.NextAsync()).ReplyStream();
        await watch.SendAsync(InitialEnd(7));
        await run.Informer.SyncedAsync(TestContext.Current.CancellationToken);
        await watch.SendAsync(Event("ADDED", 8));
        await run.ReachesAsync(8);

        await run.AdvanceUntilRequestAsync(TimeSpan.FromSeconds(10));

        run.Advanced.TotalSeconds.Should().BeInRange(180, 222, "the idle deadline is 3 minutes, and a back-off of up to 0.8 s follows");
        (await run.Server.NextAsync()).Path.Should().Contain("resourceVersion=8").And.NotContain("sendInitialEvents");
    }

    [Fact]
    public async Task A_watch_that_ends_in_good_order_after_a_second_is_opened_again_at_once()
    {
        await using var run = Start(new InformerOptions());
        var watch = (await run.Server.NextAsync()).ReplyStream();
        await watch.SendAsync(InitialEnd(7));
        await run.Informer.SyncedAsync(TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(2));
        watch.End();

        (await run.Server.NextAsync()).Path.Should().Contain("resourceVersion=7");
        run.Informer.LastFailure.Should().BeNull("nothing failed");
    }

    [Fact]
    public async Task A_watch_that_ends_within_a_second_is_not_opened_again_in_a_tight_loop()
    {
        await using var run = Start(new InformerOptions());
        var watch = (await run.Server.NextAsync()).ReplyStream();
        await watch.SendAsync(InitialEnd(7));
        await run.Informer.SyncedAsync(TestContext.Current.CancellationToken);
        var waited = TimeSpan.Zero;
        for (var again = 0; again < 8; again++)
        {
            watch.End();
            await run.AdvanceUntilRequestAsync(TimeSpan.FromMilliseconds(50));
            watch = (await run.Server.NextAsync()).ReplyStream();
            waited = run.Advanced;
        }

        waited.Should().BeGreaterThan(TimeSpan.FromSeconds(10), "the bounds of eight back-offs are 0.8 s to 30 s, a minute and a half in all");
    }

    [Fact]
    public async Task A_kind_that_is_not_served_is_asked_for_again_at_growing_intervals_up_to_five_minutes_or_at_once_when_told()
    {
        await using var run = Start(new InformerOptions());
        (await run.Server.NextAsync()).Reply(404, "404 page not found");
        (await run.Informer.SettledAsync(TestContext.Current.CancellationToken)).Should().Be(InformerStatus.NotServed);
        for (var again = 0; again < 14; again++)
        {
            await run.AdvanceUntilRequestAsync(TimeSpan.FromSeconds(1));
            (await run.Server.NextAsync()).Reply(404, "404 page not found");
        }
        run.Advanced.Should().BeGreaterThan(TimeSpan.FromMinutes(4), "the bounds of the later waits are minutes");
        run.Informer.HasSynced.Should().BeFalse();

        await run.StatusAsync(InformerStatus.NotServed);
        run.Informer.RetryNow();

        var watch = (await run.Server.NextAsync()).ReplyStream();
        await watch.SendAsync(InitialEnd(7));
        await run.Informer.SyncedAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task After_an_outage_a_watch_is_opened_within_a_second_of_the_first_request_that_is_answered()
    {
        await using var run = Start(new InformerOptions());
        var watch = (await run.Server.NextAsync()).ReplyStream();
        await watch.SendAsync(InitialEnd(7));
        await run.Informer.SyncedAsync(TestContext.Current.CancellationToken);
        watch.End();
        Exception? before = null;
        // Each try to connect is four, a moment apart.
        for (var refused = 0; refused < 8 * 4; refused++)
        {
            await run.AdvanceUntilRequestAsync(TimeSpan.FromMilliseconds(200));
            before = run.Informer.LastFailure;
            (await run.Server.NextAsync()).Refuse();
        }

        await run.FailsAgainAsync(before);

        run.Advanced.Should().BeGreaterThan(TimeSpan.FromSeconds(20), "the bound of a wait is 30 s by then");
        var other = run.Api.GetRawAsync("/version", TestContext.Current.CancellationToken);
        (await run.Server.NextAsync()).Reply(200, "{}");
        await other;
        var since = run.Advanced;
        await run.AdvanceUntilRequestAsync(TimeSpan.FromMilliseconds(50));

        (run.Advanced - since).Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(0.9));
        var again = await run.Server.NextAsync();
        again.Path.Should().Contain("resourceVersion=7");
        // Another failure is the first of its kind.
        again.Reply(503, "starting");
        since = run.Advanced;
        await run.AdvanceUntilRequestAsync(TimeSpan.FromMilliseconds(50));
        (run.Advanced - since).Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(1.7));
    }

    [Fact]
    public async Task A_permanently_undecodable_object_is_read_twice_and_then_left_alone_until_it_changes()
    {
        await using var run = Start(new InformerOptions());
        var watch = (await run.Server.NextAsync()).ReplyStream();
        await watch.SendAsync(Event("ADDED", 5));
        await watch.SendAsync(InitialEnd(7));
        await run.Informer.SyncedAsync(TestContext.Current.CancellationToken);
        const string broken = """{"value":"not a number"}""";
        await watch.SendAsync(Event("MODIFIED", 8, broken));

        await run.AdvanceUntilRequestAsync(TimeSpan.FromMilliseconds(100));
        var again = await run.Server.NextAsync();
        again.Path.Should().Be("/apis/test.sluice.dev/v1/namespaces/a/things/one");
        again.Reply(200, Json(8, broken));
        await watch.SendAsync(Event("ADDED", 9, key: new ObjectKey("a", "other")));
        await run.ReachesAsync(9);
        _time.Advance(TimeSpan.FromHours(0.04));

        run.Server.HasRequest.Should().BeFalse("the same version has failed twice: reading it again changes nothing");
        run.Informer.Undecodable.Should().Equal(Key);
        run.Informer.Cache.Find(Key)!.ResourceVersion.Should().Be("5", "the last known state stays");

        await watch.SendAsync(Event("MODIFIED", 10));
        await run.ReachesAsync(10);
        run.Informer.Undecodable.Should().BeEmpty();
    }

    [Fact]
    public async Task A_namespace_that_is_fetched_again_and_is_empty_by_then_takes_nothing_from_the_others()
    {
        await using var run = Start(new InformerOptions { Namespaces = ["a", "b"] });
        var watches = new Dictionary<string, LineStream>();
        for (var each = 0; each < 2; each++)
        {
            var request = await run.Server.NextAsync();
            var ns = request.Path.Contains("/namespaces/a/", StringComparison.Ordinal) ? "a" : "b";
            watches[ns] = request.ReplyStream();
            await watches[ns].SendAsync(Event("ADDED", 5, key: new ObjectKey(ns, "one")));
            await watches[ns].SendAsync(InitialEnd(7));
        }

        await run.Informer.SyncedAsync(TestContext.Current.CancellationToken);
        run.Informer.Cache.Count.Should().Be(2);

        await watches["a"].SendAsync("""{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","message":"too old resource version","code":410} }""");
        await run.AdvanceUntilRequestAsync(TimeSpan.FromMilliseconds(100));
        var again = await run.Server.NextAsync();
        again.Path.Should().Contain("/namespaces/a/").And.Contain("sendInitialEvents=true");
        run.Informer.Status.Should().Be(InformerStatus.Syncing, "it is as well as the worst of its namespaces");
        await again.ReplyStream().SendAsync(InitialEnd(9));
        await run.StatusAsync(InformerStatus.Watching);
        run.Informer.Cache.All.Select(thing => thing.Key).Should().Equal(new ObjectKey("b", "one"));
    }

    [Fact]
    public void Back_off_is_anything_up_to_a_bound_that_doubles_from_800_ms_to_30_s_and_starts_over_after_a_reset()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(30), new Random(1));
        double[] bounds = [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30];
        foreach (var bound in bounds)
            backoff.Next().TotalSeconds.Should().BeInRange(0, bound);
        var waits = Enumerable.Range(0, 1000).Select(_ => backoff.Next().TotalSeconds).ToList();
        waits.Average().Should().BeApproximately(15, 1, "the jitter is full: every wait up to the bound is as likely");
        backoff.Reset();
        backoff.Next().TotalSeconds.Should().BeLessThanOrEqualTo(0.8);
    }

    private static string Json(long version, string spec = """{"value":1}""", ObjectKey? key = null) =>
        System.Text.Encoding.UTF8.GetString(Thing.Encode(key ?? Key, "u", version, spec));

    private static string Event(string type, long version, string spec = """{"value":1}""", ObjectKey? key = null) =>
        $$$"""{"type":"{{{type}}}","object":{{{Json(version, spec, key)}}}}""";

    private static string InitialEnd(long version) =>
        $$$"""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"{{{version}}}","annotations":{"k8s.io/initial-events-end":"true"} } } }""";

    private Run Start(InformerOptions options) => new(_time, options);

    private sealed class Run : IAsyncDisposable
    {
        private readonly FakeTimeProvider _time;
        private readonly KubernetesConnection _connection;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Run(FakeTimeProvider time, InformerOptions options)
        {
            _time = time;
            _connection = ScriptedServer.Connect(out var server, time, new ConnectionOptions { Qps = 0 });
            Server = server;
            Api = new KubernetesApi(_connection);
            Informer = new Informer<Thing>(Api, Thing.Resource, Thing.Decode, options, time, NullLogger.Instance, new Random(7));
            _running = Informer.RunAsync(_stop.Token);
        }

        public ScriptedServer Server { get; }

        public KubernetesApi Api { get; }

        public Informer<Thing> Informer { get; }

        /// <summary>By how much the clock was moved, in all.</summary>
        public TimeSpan Advanced { get; private set; }

        public async Task AdvanceUntilRequestAsync(TimeSpan step)
        {
            // Some real time between the steps, in which the informer gets to its wait.
            for (var i = 0; !Server.HasRequest; i++)
            {
                if (i % 5 == 4)
                {
                    _time.Advance(step);
                    Advanced += step;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
        }

        public Task ReachesAsync(long version) =>
            UntilAsync(() => Informer.Cache.All.Any(t => t.ResourceVersion == $"{version}"), $"version {version} in the cache");

        public Task StatusAsync(InformerStatus status) => UntilAsync(() => Informer.Status == status, $"status {status}");

        public Task FailsAgainAsync(Exception? before) => UntilAsync(() => Informer.LastFailure != before, "another failure");

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _connection.Dispose();
            _stop.Dispose();
        }

        private static async Task UntilAsync(Func<bool> condition, string what)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
            while (!condition())
            {
                if (patience.IsCancellationRequested)
                    throw new TimeoutException($"Waited in vain for {what}.");
                await Task.Yield();
            }
        }
    }
}
