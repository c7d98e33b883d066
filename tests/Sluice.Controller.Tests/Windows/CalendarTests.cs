using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Windows;

/// <summary>Windows that take their times from a calendar in a ConfigMap.</summary>
public sealed class CalendarTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    internal const string Spec = """
        {"default": "opened", "interval": "1h", "windows": [{"name": "holidays", "action": "close", "calendar": {"configMapRef": {"name": "holidays", "key": "de.ics"} } }] }
        """;

    private static readonly ApiResource Gate = FluxResources.Gate;
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;
    private static readonly ApiResource ConfigMap = new("", "v1", "configmaps", "ConfigMap");

    private readonly Cluster _cluster = sluice.Cluster;

    [Fact]
    public async Task A_gate_follows_the_events_of_its_calendar()
    {
        var ns = await _cluster.NewNamespaceAsync();
        var start = TimeProvider.System.GetUtcNow().AddSeconds(3);
        await ApplyAsync(ns, "de.ics", Calendar(Event(start, start.AddSeconds(3))));
        await _cluster.CreateGateAsync(ns, "gate", Spec);
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");

        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        var opened = await _cluster.UntilAsync(Gate, ns, "gate", "announces the holiday", gate => (string?)gate["status"]?["nextTransition"]?["reason"] == "CloseWindowStarted");
        ((string)opened["status"]!["nextTransition"]!["at"]!).Should().Be($"{start.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        (await GateAsync(ns)).Condition("Opened", "message").Should().StartWith("Gate closed by window 'holidays', scheduled for opening at ");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
    }

    [Fact]
    public async Task A_calendar_that_is_missing_broken_or_deleted_closes_the_gate_and_one_that_is_mended_opens_it()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", Spec);
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        await UntilStalledAsync(ns, $"spec.windows[0].calendar: ConfigMap '{ns}/holidays' does not exist; create it, with the calendar under key 'de.ics'");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "GateStalled");

        await ApplyAsync(ns, "at.ics", Calendar(""));
        await UntilStalledAsync(ns, $"spec.windows[0].calendar: ConfigMap '{ns}/holidays' has no key 'de.ics'; it has 'at.ics'");

        await ApplyAsync(ns, "de.ics", Calendar(""));
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        (await GateAsync(ns)).Condition("Stalled", "status").Should().BeNull();

        await ApplyAsync(ns, "de.ics", Calendar("BEGIN:VEVENT\nUID:broken\nDTSTAMP:20260101T000000Z\nDTSTART:yesterday\nEND:VEVENT"));
        await UntilStalledAsync(ns, $"spec.windows[0].calendar: key 'de.ics' of ConfigMap '{ns}/holidays' is not a calendar: ");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "GateStalled");

        await ApplyAsync(ns, "de.ics", Calendar(""));
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");

        await _cluster.Api.DeleteAsync(ConfigMap, new(ns, "holidays"), cancellation: TestContext.Current.CancellationToken);
        await UntilStalledAsync(ns, $"spec.windows[0].calendar: ConfigMap '{ns}/holidays' does not exist");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "GateStalled");
    }

    private async Task<JsonNode> GateAsync(string ns) => (await _cluster.GetAsync(Gate, ns, "gate"))!;

    private Task<JsonNode> UntilStalledAsync(string ns, string message) => _cluster.UntilAsync(
        Gate, ns, "gate", $"is stalled: {message}",
        gate => gate.Condition("Stalled", "message")?.StartsWith(message, StringComparison.Ordinal) == true && gate.Condition("Opened", "status") == "False" && gate.Condition("Opened", "reason") == "InvalidSpec");

    private Task ApplyAsync(string ns, string key, string text) => _cluster.Kubectl.ApplyAsync(Manifest(ns, key, text));

    private static string Manifest(string ns, string key, string text) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = "holidays", ["namespace"] = ns },
        ["data"] = new JsonObject { [key] = text },
    }.ToJsonString();

    private static string Calendar(string events) => $"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//example.org//test//EN\n{events}{(events.Length > 0 ? "\n" : "")}END:VCALENDAR\n";

    private static string Event(DateTimeOffset start, DateTimeOffset end) =>
        $"BEGIN:VEVENT\nUID:now@example.org\nDTSTAMP:20260101T000000Z\nDTSTART:{start.UtcDateTime:yyyyMMdd'T'HHmmss}Z\nDTEND:{end.UtcDateTime:yyyyMMdd'T'HHmmss}Z\nEND:VEVENT";
}
