using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sluice.Kubernetes.Tests.Cluster;

public sealed class EventRecorderTests(TestCluster cluster) : IAsyncLifetime
{
    private readonly KubernetesApi _api = cluster.Open();
    private string _namespace = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _namespace = await cluster.NewNamespaceAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Events_are_written_in_the_background_count_up_when_they_repeat_and_are_flushed_at_the_stop()
    {
        var recorder = new EventRecorder(_api, new EventRecorderOptions { Component = "sluice", Instance = "sluice-0" }, TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = recorder.RunAsync(stop.Token);
        var gate = new ObjectReference("gating.toolkit.fluxcd.io/v1alpha1", "Gate", new ObjectKey(_namespace, "sre"), "11111111-2222");

        for (var i = 0; i < 5; i++)
            recorder.Record(gate, EventType.Normal, "GateOpened", "Open", "Gate open requested", annotations: new Dictionary<string, string> { ["example.com/by"] = "jane" });
        recorder.Record(gate, EventType.Warning, "InvalidRequest", "Open", new string('x', 3000), "mallory");
        await stop.CancelAsync();
        await running;

        var events = (await _api.ListAsync(RecordedEvent.Resource, new ListOptions { Namespace = _namespace }, json => JsonDocument.Parse(json.ToArray()).RootElement, Cancellation))
            .Items.OrderBy(e => e.GetProperty("type").GetString()).ToList();
        events.Should().HaveCount(2, "five repetitions are one event");
        var opened = events[0];
        opened.GetProperty("count").GetInt32().Should().Be(5);
        opened.GetProperty("reason").GetString().Should().Be("GateOpened");
        opened.GetProperty("action").GetString().Should().Be("Open");
        opened.GetProperty("reportingComponent").GetString().Should().Be("sluice");
        opened.GetProperty("reportingInstance").GetString().Should().Be("sluice-0");
        opened.GetProperty("source").GetProperty("component").GetString().Should().Be("sluice");
        opened.GetProperty("involvedObject").GetProperty("uid").GetString().Should().Be("11111111-2222");
        opened.GetProperty("metadata").GetProperty("annotations").GetProperty("example.com/by").GetString().Should().Be("jane");
        events[1].GetProperty("message").GetString().Should().HaveLength(1024).And.EndWith("x… (by mallory)", "who did it is not what is left out");
        (await cluster.ControlPlane.Kubectl.RunAsync("events", "-n", _namespace)).ToString().Should().Contain("Gate/sre").And.Contain("x5");
    }

    [Fact]
    public async Task Recording_never_waits_even_if_nothing_can_be_written()
    {
        var refused = cluster.Open(cluster.ControlPlane.KubeconfigFor("nobody"));
        var recorder = new EventRecorder(refused, new EventRecorderOptions { Component = "sluice", Capacity = 10 }, TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var node = new ObjectReference("v1", "Node", new ObjectKey("", "system:node"), "u");

        for (var i = 0; i < 1000; i++)
            recorder.Record(node, EventType.Normal, "Reason", "Action", $"message {i}");
        var running = recorder.RunAsync(stop.Token);
        await stop.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancellation);
    }
}
