using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sluice.Controller.Logging;
using Sluice.Controller.Metrics;
using Sluice.Controller.Notifications;
using Sluice.Controller.Tests.Metrics;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Notifications;

public sealed class FluxEventSinkTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly PrometheusExposition _exposition = new("Sluice.Tests." + Guid.NewGuid());
    private readonly SluiceMetrics _metrics;
    private readonly MemoryStream _log = new();
    private readonly ILoggerFactory _loggers;

    public FluxEventSinkTests()
    {
        _metrics = new SluiceMetrics(_exposition);
        _loggers = FluxLogging.CreateFactory(LogLevel.Debug, LogEncoding.Json, TimeProvider.System, _log);
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _metrics.Dispose();
        _exposition.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task An_event_is_posted_with_everything_that_Flux_expects()
    {
        await using var peer = await NotificationPeer.StartAsync();
        await using var sink = Sink(peer.Address);

        sink.Post(new FluxEvent
        {
            InvolvedObject = new InvolvedObject
            {
                ApiVersion = "kustomize.toolkit.fluxcd.io/v1",
                Kind = "Kustomization",
                Namespace = "apps",
                Name = "podinfo",
                Uid = "u-1",
                ResourceVersion = "42",
            },
            Timestamp = new DateTimeOffset(2026, 11, 22, 11, 0, 0, 123, TimeSpan.FromHours(1)),
            Severity = EventSeverity.Error,
            Reason = "Held",
            Message = "Reconciliation is waiting approval, gate 'flux-system/sre' is closed.",
            Gate = "flux-system/sre",
            GateReason = "Gate closed by default",
            By = "jane",
            Revision = "main@sha1:abc",
            Token = "t-1",
            Annotations = new Dictionary<string, string>
            {
                ["event.toolkit.fluxcd.io/team"] = "payments \"é\"",
                ["event.toolkit.fluxcd.io/by"] = "somebody else",
                ["other/annotation"] = "is not copied",
            },
        });

        (await peer.NextAsync()).GetRawText().Should().Be(
            """
            {"involvedObject":{"apiVersion":"kustomize.toolkit.fluxcd.io/v1","kind":"Kustomization","name":"podinfo","namespace":"apps","uid":"u-1","resourceVersion":"42"},
            "severity":"error","timestamp":"2026-11-22T10:00:00Z","message":"Reconciliation is waiting approval, gate 'flux-system/sre' is closed.","reason":"Held",
            "metadata":{"event.toolkit.fluxcd.io/team":"payments \"é\"","event.toolkit.fluxcd.io/gate":"flux-system/sre",
            "event.toolkit.fluxcd.io/reason":"Gate closed by default","event.toolkit.fluxcd.io/by":"jane",
            "kustomize.toolkit.fluxcd.io/revision":"main@sha1:abc","kustomize.toolkit.fluxcd.io/token":"t-1"},
            "reportingController":"sluice-controller","reportingInstance":"pod-1"}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public async Task Events_arrive_in_order_and_each_request_is_measured()
    {
        await using var peer = await NotificationPeer.StartAsync();
        await using var sink = Sink(peer.Address);

        for (var i = 0; i < 20; i++)
        {
            sink.Post(Event($"m{i}"));
        }

        for (var i = 0; i < 20; i++)
        {
            (await peer.NextAsync()).GetProperty("message").GetString().Should().Be($"m{i}");
        }

        (await sink.DrainAsync(Long)).Should().Be(0);
        (await RequestsAsync("202")).Should().Be(20);
        (await DroppedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_server_error_is_tried_again_until_it_is_accepted()
    {
        await using var peer = await NotificationPeer.StartAsync();
        peer.Answer(500, 503, 202);
        await using var sink = Sink(peer.Address);

        sink.Post(Event("m"));
        (await sink.DrainAsync(Long)).Should().Be(0);

        peer.Requests.Should().Be(3);
        (await RequestsAsync("500"), await RequestsAsync("503"), await RequestsAsync("202")).Should().Be((1, 1, 1));
        (await DroppedAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_repeat_that_was_rate_limited_is_not_tried_again_and_is_no_error()
    {
        await using var peer = await NotificationPeer.StartAsync();
        peer.Answer(429);
        await using var sink = Sink(peer.Address);

        sink.Post(Event("m"));
        (await sink.DrainAsync(Long)).Should().Be(0);

        peer.Requests.Should().Be(1);
        (await DroppedAsync()).Should().BeEmpty();
        Log().Should().NotContain("\"level\":\"error\"");
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(308)]
    public async Task A_refused_event_is_dropped_and_the_log_says_which_and_why(int code)
    {
        await using var peer = await NotificationPeer.StartAsync();
        peer.Answer(code);
        await using var sink = Sink(peer.Address);

        sink.Post(Event("m"));
        sink.Post(Event("next"));
        (await sink.DrainAsync(Long)).Should().Be(0);

        peer.Requests.Should().Be(2);
        (await DroppedAsync()).Should().Equal(("refused", 1));
        Log().Should().Contain("Gate apps/g was refused").And.Contain($"{code} ");
    }

    [Fact]
    public async Task A_request_without_an_answer_is_given_up_after_five_seconds_and_tried_again()
    {
        var clock = new FakeTimeProvider();
        await using var peer = await NotificationPeer.StartAsync();
        peer.Answer(0, 202);
        await using var sink = Sink(
            peer.Address, o => o with { Timeout = new FluxEventSinkOptions().Timeout, MinRetryDelay = TimeSpan.Zero }, clock);

        sink.Post(Event("m"));
        await peer.NextAsync();
        clock.Advance(TimeSpan.FromSeconds(4.9));
        peer.Requests.Should().Be(1);
        (await RequestsAsync("0")).Should().Be(0, "4.9 s are within the limit");
        clock.Advance(TimeSpan.FromSeconds(0.2));

        await peer.NextAsync();
        (await sink.DrainAsync(Long)).Should().Be(0);
        (await RequestsAsync("0"), await RequestsAsync("202")).Should().Be((1, 1));
    }

    [Fact]
    public async Task An_event_that_nobody_takes_is_dropped_after_a_bounded_number_of_attempts()
    {
        var nobody = new Uri($"http://127.0.0.1:{FreePort()}/");
        await using var sink = Sink(nobody, o => o with { MaxAttempts = 3 });

        sink.Post(Event("m"));
        (await sink.DrainAsync(Long)).Should().Be(0, "it was given up, not cut off");

        (await RequestsAsync("0")).Should().Be(3);
        (await DroppedAsync()).Should().Equal(("undelivered", 1));
        Log().Should().Contain($"was not delivered to {nobody} in 3 attempts (Connection refused");
    }

    [Fact]
    public async Task A_receiver_that_comes_back_gets_the_event()
    {
        var port = FreePort();
        await using var sink = Sink(new Uri($"http://127.0.0.1:{port}/"), o => o with { MaxAttempts = int.MaxValue });
        sink.Post(Event("m"));
        while (await RequestsAsync("0") < 2)
        {
            await Task.Yield();
        }

        await using var peer = await NotificationPeer.StartAsync(port);

        (await peer.NextAsync()).GetProperty("message").GetString().Should().Be("m");
    }

    [Fact]
    public async Task A_full_queue_drops_the_oldest_counts_them_and_says_so_once()
    {
        var clock = new FakeTimeProvider();
        await using var peer = await NotificationPeer.StartAsync();
        peer.Answer(0);
        await using var sink = Sink(peer.Address, o => o with { QueueLength = 2, MinRetryDelay = TimeSpan.Zero }, clock);
        sink.Post(Event("in flight"));
        await peer.NextAsync();

        for (var i = 0; i < 5; i++)
        {
            sink.Post(Event($"m{i}"));
        }

        (await DroppedAsync()).Should().Equal(("queue_full", 3));
        Log().Split("the oldest are dropped").Should().HaveCount(2, "it is said once");
        clock.Advance(Long);
        (await sink.DrainAsync(Long)).Should().Be(0);
        List<string?> messages = [];
        for (var i = 0; i < 3; i++)
        {
            messages.Add((await peer.NextAsync()).GetProperty("message").GetString());
        }

        messages.Should().Equal("in flight", "m3", "m4");
    }

    [Fact]
    public void As_many_events_wait_for_notification_controller_as_for_the_cluster() =>
        new FluxEventSinkOptions().QueueLength.Should().Be(new EventRecorderOptions { Component = "c" }.Capacity);

    [Fact]
    public async Task Draining_delivers_what_waits_and_takes_nothing_more()
    {
        await using var peer = await NotificationPeer.StartAsync();
        await using var sink = Sink(peer.Address);
        for (var i = 0; i < 50; i++)
        {
            sink.Post(Event($"m{i}"));
        }

        (await sink.DrainAsync(Long)).Should().Be(0);
        sink.Post(Event("too late"));

        peer.Requests.Should().Be(50);
        (await DroppedAsync()).Should().Equal(("stopped", 1));
    }

    [Fact]
    public async Task Draining_ends_when_its_time_is_up_and_says_how_many_events_were_lost()
    {
        var clock = new FakeTimeProvider();
        await using var peer = await NotificationPeer.StartAsync();
        peer.Answer(0);
        await using var sink = Sink(peer.Address, clock: clock);
        sink.Post(Event("in flight"));
        sink.Post(Event("waiting"));
        await peer.NextAsync();

        var drained = sink.DrainAsync(TimeSpan.FromSeconds(2));
        drained.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(2));

        (await drained).Should().Be(2);
        peer.Requests.Should().Be(1);
        (await DroppedAsync()).Should().Equal(("stopped", 2));
        Log().Should().Contain("Stopping: 2 events could not be delivered");
    }

    [Fact]
    public async Task A_message_is_cut_to_what_notification_controller_takes()
    {
        await using var peer = await NotificationPeer.StartAsync();
        await using var sink = Sink(peer.Address);

        sink.Post(Event(new string('é', 39_000)));
        sink.Post(Event("a" + string.Concat(Enumerable.Repeat("😀", 20_000))));

        (await peer.NextAsync()).GetProperty("message").GetString().Should().HaveLength(39_000).And.EndWith("é");
        var cut = (await peer.NextAsync()).GetProperty("message").GetString();
        cut!.Length.Should().BeInRange(38_999, 39_000);
        cut.Should().EndWith("😀... (cut)", "no character is cut in two");
    }

    [Fact]
    public async Task Without_an_address_events_go_nowhere()
    {
        await using var sink = Sink(null);

        sink.Post(Event("m"));

        sink.IsOn.Should().BeFalse();
        (await sink.DrainAsync(Long)).Should().Be(0);
        (await DroppedAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("http://notification-controller.flux-system.svc.cluster.local./", true)]
    [InlineData("https://events.example.org/path", true)]
    [InlineData("notification-controller", false)]
    [InlineData("/events", false)]
    [InlineData("ftp://x/", false)]
    public void The_address_is_a_URL(string text, bool valid)
    {
        FluxEventSinkOptions.TryParseAddress(text, out var address, out var error).Should().Be(valid);

        if (valid)
        {
            address!.AbsoluteUri.Should().Be(text);
        }
        else
        {
            error.Should().Contain($"'{text}'").And.Contain("http://notification-controller.flux-system");
        }
    }

    private static FluxEvent Event(string message) => new()
    {
        InvolvedObject = new InvolvedObject { ApiVersion = "gating.toolkit.fluxcd.io/v1alpha1", Kind = "Gate", Namespace = "apps", Name = "g" },
        Timestamp = DateTimeOffset.UnixEpoch,
        Reason = "GateOpened",
        Message = message,
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private FluxEventSink Sink(Uri? address, Func<FluxEventSinkOptions, FluxEventSinkOptions>? change = null, TimeProvider? clock = null)
    {
        var options = new FluxEventSinkOptions
        {
            Address = address,
            ReportingInstance = "pod-1",
            Timeout = Long,
            MinRetryDelay = TimeSpan.FromMilliseconds(1),
            MaxRetryDelay = TimeSpan.FromMilliseconds(2),
        };
        return new FluxEventSink(change?.Invoke(options) ?? options, _metrics, clock ?? TimeProvider.System, _loggers.CreateLogger<FluxEventSink>());
    }

    private string Log()
    {
        lock (_log)
        {
            return Encoding.UTF8.GetString(_log.ToArray());
        }
    }

    private async Task<double> RequestsAsync(string code) => (await FamilyAsync("sluice_event_request_duration_seconds"))?.Samples
        .SingleOrDefault(s => s.Name.EndsWith("_count", StringComparison.Ordinal) && s.Labels.SequenceEqual([("code", code), ("method", "POST")]))?.Value ?? 0;

    private async Task<IEnumerable<(string Reason, double Count)>> DroppedAsync() =>
        (await FamilyAsync("sluice_events_dropped_total"))?.Samples.Select(s => (s.Labels.Single().Value, s.Value)) ?? [];

    private async Task<PrometheusFamily?> FamilyAsync(string name) =>
        PrometheusParser.Parse(await _exposition.TextAsync()).GetValueOrDefault(name);
}
