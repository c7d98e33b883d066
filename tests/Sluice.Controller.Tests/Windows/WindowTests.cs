using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Controller.Tests.Windows;

/// <summary>Gates that open and close by schedule, with short windows, on the API server.</summary>
public sealed class WindowTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private static readonly ApiResource Gate = FluxResources.Gate;
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Cluster _cluster = sluice.Cluster;

    [Fact]
    public async Task A_gate_opens_and_closes_at_the_announced_instants_and_what_names_it_follows_within_a_second()
    {
        var start = Now(10);
        var end = start.AddSeconds(6);
        var ns = await NewAsync($$"""{"interval": "1h", "windows": [{{OneOff("now", "open", start, end)}}]}""");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        var announced = await GateAsync(ns);
        Next(announced).Should().Be((Stamp(start), "opened", "OpenWindowStarted"));

        await _cluster.UntilAsync(Kustomization, ns, "app", "is released", app => !app.IsSuspended());
        (TimeProvider.System.GetUtcNow() - start).Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThan(Second);
        var opened = await UntilAsync(ns, $"Gate opened by window 'now', scheduled for closing at {Stamp(end)}");
        opened.Condition("Opened", "reason").Should().Be("OpenWindow");
        Next(opened).Should().Be((Stamp(end), "closed", "OpenWindowEnded"));

        await _cluster.UntilAsync(Kustomization, ns, "app", "is held again", app => app.IsSuspended());
        (TimeProvider.System.GetUtcNow() - end).Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThan(Second);
        var closed = await UntilAsync(ns, "Gate closed by default");
        closed["status"]!["nextTransition"].Should().BeNull();
        closed["status"]!["history"]!.AsArray().Select(entry => ((string)entry!["at"]!, (string)entry["to"]!, (string)entry["reason"]!))
            .Should().Equal((Stamp(end), "closed", "OpenWindowEnded"), (Stamp(start), "opened", "OpenWindowStarted"));
    }

    [Fact]
    public async Task A_recurring_window_opens_at_the_minute_that_its_cron_expression_names()
    {
        // A gate that is created within its window is opened from then on, and not from the minute: wait for the eleventh second.
        if (TimeProvider.System.GetUtcNow().Second is var second and (< 11 or > 50))
        {
            await Task.Delay(TimeSpan.FromSeconds((71 - second) % 60), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        var ns = await NewAsync("""{"windows": [{"name": "minutely", "action": "open", "cron": "* * * * *", "duration": "10s", "timeZone": "Asia/Kathmandu"}]}""");
        var opened = await _cluster.UntilAsync(Gate, ns, "gate", "is opened", gate => gate.Condition("Opened", "status") == "True", TimeSpan.FromSeconds(75));
        var minute = DateTimeOffset.Parse((string)opened["status"]!["history"]![0]!["at"]!, null);
        minute.Second.Should().Be(0);
        Next(opened).Should().Be((Stamp(minute.AddSeconds(10)), "closed", "OpenWindowEnded"));
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        var closed = await _cluster.UntilAsync(Gate, ns, "gate", "is closed", gate => gate.Condition("Opened", "status") == "False");
        Next(closed).Should().Be((Stamp(minute.AddMinutes(1)), "opened", "OpenWindowStarted"));
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
    }

    [Fact]
    public async Task A_freeze_is_stronger_than_a_request_and_an_emergency_override_with_a_reason_is_stronger_than_the_freeze_for_its_window()
    {
        var end = Now(3600);
        var ns = await NewAsync($$"""{"default": "opened", "window": "3s", "windows": [{{OneOff("black-friday", "close", Now(-3600), end)}}]}""");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.OpenAsync(ns, "gate");
        var asked = await _cluster.UntilAsync(Gate, ns, "gate", "has taken the request", gate => gate["status"]?["requestedAt"] is not null);
        asked.Condition("Opened", "message").Should().Be($"Gate closed by window 'black-friday', scheduled for opening at {Stamp(end)}");

        await _cluster.PatchAsync(Gate, ns, "gate", $$"""
            {"metadata": {"annotations": {"open.gate.fluxcd.io/override": "INC-42: login is down", "open.gate.fluxcd.io/requestedAt": "{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}}"} } }
            """);
        var overridden = await _cluster.UntilAsync(Gate, ns, "gate", "is overridden", gate => gate.Condition("Opened", "reason") == "Overridden");
        overridden.Condition("Opened", "status").Should().Be("True");
        overridden.Condition("Opened", "message").Should().StartWith("Gate opened by an emergency override until ").And.EndWith(": INC-42: login is down");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await UntilEventAsync(ns, "GateOverridden", "Warning");

        await UntilAsync(ns, "Gate closed by window 'black-friday'");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        var history = (await GateAsync(ns))["status"]!["history"]!.AsArray();
        history.Select(entry => ((string)entry!["to"]!, (string)entry["reason"]!)).Should().Equal(("closed", "OverrideExpired"), ("opened", "Overridden"), ("closed", "Requested"));
        ((string)history[1]!["message"]!).Should().Contain("INC-42: login is down");

        await _cluster.OpenAsync(ns, "gate");
        await UntilEventAsync(ns, "OverrideLeftBehind", "Warning");
        (await GateAsync(ns)).Condition("Opened", "status").Should().Be("False", "an override that was left behind overrides nothing");
    }

    [Fact]
    public async Task Who_takes_an_override_back_closes_the_gate_though_a_window_has_the_say_then()
    {
        var ns = await NewAsync($$"""{"window": "1h", "windows": [{{OneOff("black-friday", "close", Now(-3600), Now(3600))}}]}""");
        await _cluster.PatchAsync(Gate, ns, "gate", $$"""
            {"metadata": {"annotations": {"open.gate.fluxcd.io/override": "INC-42", "open.gate.fluxcd.io/requestedAt": "{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}}"} } }
            """);
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.PatchAsync(Gate, ns, "gate", $$"""
            {"metadata": {"annotations": {"close.gate.fluxcd.io/reason": "done", "close.gate.fluxcd.io/requestedAt": "{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}}"} } }
            """, "jane");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        var last = (await GateAsync(ns))["status"]!["history"]![0]!;
        ((string?)last["to"], (string?)last["reason"], (string?)last["by"]).Should().Be(("closed", "CloseWindow", "manager:jane"));
        ((string?)last["message"]).Should().StartWith("Gate closed by window 'black-friday'").And.EndWith(": done");
    }

    [Fact]
    public async Task Within_the_margin_before_the_end_of_a_window_nothing_new_is_released()
    {
        var end = Now(14);
        var ns = await NewAsync($$"""{"interval": "1h", "margin": "3s", "windows": [{{OneOff("now", "open", Now(-60), end)}}]}""");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");

        await _cluster.UntilAsync(Kustomization, ns, "app", "is held for the margin", app => app.IsSuspended());
        (end - TimeProvider.System.GetUtcNow()).Should().BeGreaterThan(TimeSpan.FromSeconds(1.5)).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(3));
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", "GateClosing");
        var closing = await GateAsync(ns);
        closing.Condition("Opened", "status").Should().Be("True", "the gate itself is opened to the end of its window");
        closing.Condition("Opened", "reason").Should().Be("ClosingSoon");
        Next(closing).Should().Be((Stamp(end), "closed", "OpenWindowEnded"));
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
    }

    [Fact]
    public async Task A_controller_that_stood_still_over_both_ends_of_a_window_is_right_at_once_when_it_goes_on()
    {
        var (start, end) = (Now(10), Now(12));
        var ns = await NewAsync($$"""{"interval": "1h", "windows": [{{OneOff("missed", "open", start, end)}}, {{OneOff("present", "open", end.AddSeconds(1), end.AddSeconds(600))}}]}""");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        Signals.Send(sluice.Controller.Process.Id, Signals.Stop);
        try
        {
            await Task.Delay(end.AddSeconds(2) - TimeProvider.System.GetUtcNow(), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        finally
        {
            Signals.Send(sluice.Controller.Process.Id, Signals.Continue);
        }

        await _cluster.UntilAsync(Kustomization, ns, "app", "is released", app => !app.IsSuspended(), TimeSpan.FromSeconds(3));
        await UntilAsync(ns, "Gate opened by window 'present'");
    }

    [Fact]
    public async Task A_window_that_overlaps_itself_is_warned_about_in_the_status()
    {
        var ns = await NewAsync("""{"windows": [{"name": "ten", "action": "open", "cron": "* 10 * * *", "duration": "1h"}]}""");
        var warned = await _cluster.UntilAsync(Gate, ns, "gate", "warns", gate => gate.Condition("Ready", "message")?.Contains("overlaps itself", StringComparison.Ordinal) == true);
        warned.Condition("Ready", "status").Should().Be("True");
        warned.Condition("Ready", "message").Should().StartWith("Gate is in force, with a warning: window 'ten' overlaps itself");
    }

    [Fact]
    public async Task Kubectl_shows_state_reason_next_transition_and_number_of_held_objects()
    {
        var end = Now(3600);
        var ns = await NewAsync($$"""{"windows": [{{OneOff("freeze", "close", Now(-60), end)}}], "default": "opened"}""");
        await _cluster.UntilAsync(Gate, ns, "gate", "counts one", gate => (int?)gate["status"]?["held"] == 1);
        var lines = (await _cluster.Kubectl.RunAsync("-n", ns, "get", "gates")).Split('\n');
        lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().Equal("NAME", "OPENED", "REASON", "NEXT", "HELD", "AGE");
        lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..5].Should().Equal("gate", "False", "CloseWindow", Stamp(end), "1");
    }

    /// <summary>A gate, and a Kustomization that names it.</summary>
    private async Task<string> NewAsync(string spec)
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", spec);
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "gate");
        return ns;
    }

    private async Task<JsonNode> GateAsync(string ns) => (await _cluster.GetAsync(Gate, ns, "gate"))!;

    private Task<JsonNode> UntilAsync(string ns, string message) => _cluster.UntilAsync(
        Gate, ns, "gate", $"says '{message}'", gate => gate.Condition("Opened", "message")?.StartsWith(message, StringComparison.Ordinal) == true);

    private Task UntilEventAsync(string ns, string reason, string type) => Eventually.GivesAsync(
        $"an Event of type {type} with reason {reason}",
        () => _cluster.Kubectl.RunAsync("-n", ns, "get", "events", "--field-selector", $"reason={reason}", "-o", "jsonpath={.items[*].type}"),
        found => found == type);

    private static (string?, string?, string?) Next(JsonNode gate) =>
        gate["status"]!["nextTransition"] is { } next ? ((string?)next["at"], (string?)next["to"], (string?)next["reason"]) : default;

    /// <summary>A whole second from now on.</summary>
    private static DateTimeOffset Now(double seconds)
    {
        var now = TimeProvider.System.GetUtcNow().AddSeconds(seconds);
        return new(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
    }

    private static string Stamp(DateTimeOffset instant) => $"{instant.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z";

    private static string OneOff(string name, string action, DateTimeOffset start, DateTimeOffset end) =>
        $$"""{"name": "{{name}}", "action": "{{action}}", "start": "{{Stamp(start)}}", "end": "{{Stamp(end)}}"}""";
}
