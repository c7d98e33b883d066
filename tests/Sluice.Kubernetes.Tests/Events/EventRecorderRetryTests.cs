using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Sluice.Kubernetes.Tests.Events;

/// <summary>Events whose writes fail, on a clock that stands still until the recorder waits.</summary>
public sealed class EventRecorderRetryTests : IDisposable
{
    private static readonly ObjectReference Gate = new("gating.toolkit.fluxcd.io/v1alpha1", "Gate", new ObjectKey("apps", "sre"), "uid");

    private readonly FakeTimeProvider _time = new();
    private readonly TimerCounter _clock;
    private readonly ScriptedServer _server;
    private readonly KubernetesConnection _connection;
    private readonly EventRecorder _recorder;
    private readonly CancellationTokenSource _stop = new();
    private int _waits;

    public EventRecorderRetryTests()
    {
        _clock = new TimerCounter(_time);
        _connection = ScriptedServer.Connect(out _server, _time);
        _recorder = new EventRecorder(new KubernetesApi(_connection), new() { Component = "sluice" }, _clock, NullLogger.Instance);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_write_that_fails_for_a_while_is_tried_again_under_its_name_with_waits_that_grow_to_ten_seconds_and_the_next_waits_behind_it()
    {
        Record("first");
        Record("second");
        var running = _recorder.RunAsync(_stop.Token);
        HashSet<string> names = [];
        foreach (var bound in new[] { 0.5, 1, 2, 4, 8, 10, 10 })
        {
            var failing = await _server.NextAsync();
            failing.Body.Should().Contain("\"message\":\"first\"");
            names.Add(NameOf(failing));
            failing.Reply(503, "starting");
            (await UntilRequestAsync()).TotalSeconds.Should().BeInRange(0, bound);
        }

        var first = await _server.NextAsync();
        names.Should().Equal(NameOf(first));
        first.Reply(201, "{}");
        var second = await _server.NextAsync();
        second.Body.Should().Contain("\"message\":\"second\"");
        second.Reply(201, "{}");

        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task An_event_that_exists_when_it_is_tried_again_is_written_and_counts_up_when_it_repeats()
    {
        Record("same");
        Record("same");
        var running = _recorder.RunAsync(_stop.Token);
        var lost = await _server.NextAsync();
        lost.Reply(504, "the answer was lost");
        await UntilRequestAsync();
        (await _server.NextAsync()).Reply(409, """{"kind":"Status","reason":"AlreadyExists","message":"it is there","code":409}""");

        var repetition = await _server.NextAsync();
        repetition.Request.Method.Should().Be(HttpMethod.Patch);
        repetition.Path.Should().Contain($"/events/{NameOf(lost)}");
        repetition.Body.Should().Contain("\"count\":2");
        repetition.Reply(200, "{}");

        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again()
    {
        Record("refused");
        Record("next");
        var running = _recorder.RunAsync(_stop.Token);
        (await _server.NextAsync()).Reply(403, "no");

        var next = await _server.NextAsync();
        next.Body.Should().Contain("\"message\":\"next\"");
        next.Reply(201, "{}");

        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Two_minutes_after_it_was_recorded_it_is_given_up_and_the_next_is_tried_all_the_same()
    {
        Record("first");
        Record("second");
        var running = _recorder.RunAsync(_stop.Token);
        var start = _time.GetUtcNow();
        var request = await _server.NextAsync();
        while (request.Body.Contains("\"message\":\"first\"", StringComparison.Ordinal))
        {
            request.Reply(500, "still away");
            await UntilRequestAsync();
            request = await _server.NextAsync();
        }

        (_time.GetUtcNow() - start).TotalSeconds.Should().BeInRange(120, 130, "the last wait may end up to 10 s later");
        request.Reply(201, "{}");

        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_stop_has_it_tried_again_at_once()
    {
        Record("first");
        var running = _recorder.RunAsync(_stop.Token);
        await FailAsync();
        var stopped = _time.GetUtcNow();

        await _stop.CancelAsync();
        (await _server.NextAsync()).Reply(201, "{}");

        await running;
        _time.GetUtcNow().Should().Be(stopped, "it did not wait to the end");
    }

    [Fact]
    public async Task A_stop_gives_it_up_after_five_seconds()
    {
        Record("first");
        var running = _recorder.RunAsync(_stop.Token);
        await FailAsync();

        await _stop.CancelAsync();
        (await _server.NextAsync()).Reply(503, "still away");
        _time.Advance(TimeSpan.FromSeconds(5));

        await running.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    private static string NameOf(ScriptedServer.Exchange exchange) =>
        JsonDocument.Parse(exchange.Body).RootElement.GetProperty("metadata").GetProperty("name").GetString()!;

    private void Record(string message) => _recorder.Record(Gate, EventType.Normal, "GateOpened", "Open", message);

    /// <summary>Has writes fail until the recorder waits; the jitter may let it go on without a wait.</summary>
    private async Task FailAsync()
    {
        do
        {
            (await _server.NextAsync()).Reply(503, "starting");
        }
        while (!await WaitsAsync());
    }

    /// <summary>Lets every wait of the recorder pass, until there is a request; gives how long that was.</summary>
    private async Task<TimeSpan> UntilRequestAsync()
    {
        var start = _time.GetUtcNow();
        while (await WaitsAsync())
            _time.Advance(_clock.LatestDueTime);
        return _time.GetUtcNow() - start;
    }

    /// <summary>True when the recorder has begun to wait, false when there is a request.</summary>
    private async Task<bool> WaitsAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (_clock.Settings == _waits)
        {
            if (_server.HasRequest)
                return false;
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        _waits = _clock.Settings;
        return true;
    }
}
