using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Sluice.Kubernetes.Tests.Events;

/// <summary>What depends on time: Events while there is more urgent work.</summary>
public sealed class EventRecorderTimingTests
{
    private static readonly ObjectReference Gate = new("gating.toolkit.fluxcd.io/v1alpha1", "Gate", new ObjectKey("apps", "sre"), "uid");
    private readonly FakeTimeProvider _time = new();
    private int _waits;

    [Fact]
    public async Task Events_give_way_to_more_urgent_work_for_ten_seconds_and_are_then_written_at_twenty_a_second()
    {
        var clock = new TimerCounter(_time);
        using var connection = ScriptedServer.Connect(out var server, _time);
        var recorder = new EventRecorder(new KubernetesApi(connection), new() { Component = "sluice", IsBusy = () => true }, clock, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        recorder.Record(Gate, EventType.Normal, "GateOpened", "Open", "first");
        recorder.Record(Gate, EventType.Normal, "GateClosed", "Close", "second");
        var running = recorder.RunAsync(stop.Token);

        (await UntilRequestAsync(server, clock)).Should().Be(TimeSpan.FromSeconds(10), "the work may never end");
        (await server.NextAsync()).Reply(201, "{}");
        (await UntilRequestAsync(server, clock)).Should().Be(TimeSpan.FromMilliseconds(50), "the work goes on and must not be held up");
        (await server.NextAsync()).Reply(201, "{}");

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_stop_has_them_written_though_there_is_more_urgent_work()
    {
        var clock = new TimerCounter(_time);
        using var connection = ScriptedServer.Connect(out var server, _time);
        var recorder = new EventRecorder(new KubernetesApi(connection), new() { Component = "sluice", IsBusy = () => true }, clock, NullLogger.Instance);
        recorder.Record(Gate, EventType.Normal, "GateOpened", "Open", "the last");
        using var stop = new CancellationTokenSource();
        var running = recorder.RunAsync(stop.Token);

        await stop.CancelAsync();
        (await UntilRequestAsync(server, clock)).Should().BeLessThan(TimeSpan.FromMilliseconds(200));
        (await server.NextAsync()).Reply(201, "{}");

        await running;
    }

    /// <summary>Moves the clock on, a step whenever the recorder waits for it, until there is a request; gives how far.</summary>
    private async Task<TimeSpan> UntilRequestAsync(ScriptedServer server, TimerCounter clock)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        var start = _time.GetUtcNow();
        while (!server.HasRequest && _time.GetUtcNow() - start < TimeSpan.FromMinutes(1))
        {
            if (clock.Settings > _waits)
            {
                _waits = clock.Settings;
                _time.Advance(TimeSpan.FromMilliseconds(50));
            }
            // A recorder that has ended waits for no clock.
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        return _time.GetUtcNow() - start;
    }
}
