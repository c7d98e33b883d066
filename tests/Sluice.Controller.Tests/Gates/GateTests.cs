using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Gates;

/// <summary>Requests, windows of requests and bad input, as a person meets them on the API server.</summary>
public sealed class GateTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private const string OpenRequestedAt = "open.gate.fluxcd.io/requestedAt";

    private static readonly ApiResource Gate = FluxResources.Gate;

    private readonly Cluster _cluster = sluice.Cluster;

    [Fact]
    public async Task A_closed_gate_is_ready_so_that_a_Kustomization_that_waits_for_it_is_healthy()
    {
        var ns = await NewAsync("gate", "{}");
        var gate = await UntilAsync(ns, "Gate closed by default");
        gate.Condition("Ready", "status").Should().Be("True");
        gate.Condition("Opened", "status").Should().Be("False");
        gate.Condition("Opened", "reason").Should().Be("ReconciliationSucceeded");
        gate.Condition("Stalled", "status").Should().BeNull("abnormal conditions exist only while they are true");
        ((long)gate["status"]!["observedGeneration"]!).Should().Be((long)gate["metadata"]!["generation"]!);
    }

    [Theory]
    [InlineData("closed", "open", "closing", "Gate closed by default")]
    [InlineData("opened", "close", "opening", "Gate opened by default")]
    public async Task A_gate_goes_back_to_its_default_within_a_second_of_the_end_of_the_window_whatever_its_interval(string byDefault, string verb, string announced, string after)
    {
        var ns = await NewAsync("gate", $$"""{"interval": "1h", "default": "{{byDefault}}", "window": "2s"}""");
        await _cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "app", "gate");
        await UntilAsync(ns, after);
        await (verb == "open" ? _cluster.OpenAsync(ns, "gate") : _cluster.CloseAsync(ns, "gate"));

        var requested = await UntilAsync(ns, $"Gate scheduled for {announced} at ");
        var resetAt = Time(requested, "resetToDefaultAt");
        requested.Condition("Opened", "message").Should().Be($"Gate scheduled for {announced} at {(string)requested["status"]!["resetToDefaultAt"]!}");
        resetAt.Should().Be(Time(requested, "requestedAt").AddSeconds(2));
        ((string)requested["status"]!["nextTransition"]!["at"]!).Should().Be((string)requested["status"]!["resetToDefaultAt"]!, "what is announced is what happens");
        ((string)requested["status"]!["nextTransition"]!["to"]!).Should().Be(byDefault);

        var reset = await UntilAsync(ns, after);
        (TimeProvider.System.GetUtcNow() - resetAt).Should().BeLessThan(TimeSpan.FromSeconds(1), "the interval of an hour has no say in it");
        var last = reset["status"]!["history"]![0]!;
        ((string)last["at"]!).Should().Be((string)requested["status"]!["resetToDefaultAt"]!, "history has the announced instant");
        ((string)last["reason"]!).Should().Be("RequestExpired");
        reset["status"]!["nextTransition"].Should().BeNull();
        await (byDefault == "closed"
            ? _cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app")
            : _cluster.UntilReleasedAsync(FluxResources.Kustomization, ns, "app"));
    }

    [Fact]
    public async Task A_close_request_ahead_of_time_resets_at_once()
    {
        var ns = await NewAsync("gate", """{"window": "1h"}""");
        await UntilAsync(ns, "Gate closed by default");
        await _cluster.OpenAsync(ns, "gate");
        await UntilAsync(ns, "Gate scheduled for closing");
        await _cluster.CloseAsync(ns, "gate");
        var closed = await UntilAsync(ns, "Gate close requested");
        ((string)closed["status"]!["requestedAt"]!).Should().Be((string)closed["status"]!["resetToDefaultAt"]!);
        closed["status"]!["history"]!.AsArray().Select(entry => (string)entry!["to"]!).Should().Equal("closed", "opened");
    }

    [Fact]
    public async Task An_annotation_that_vanishes_changes_nothing()
    {
        var ns = await NewAsync("gate", """{"window": "1h"}""");
        await _cluster.OpenAsync(ns, "gate");
        var opened = await UntilAsync(ns, "Gate scheduled for closing");
        await _cluster.AnnotateAsync(Gate, ns, "gate", OpenRequestedAt, null);
        // The controller has seen the gate without the annotation when it has handled a later one.
        await _cluster.AnnotateAsync(Gate, ns, "gate", "reconcile.fluxcd.io/requestedAt", "seen");
        var later = await _cluster.UntilAsync(Gate, ns, "gate", "is looked at again", gate => (string?)gate["status"]!["lastHandledReconcileAt"] == "seen");
        later.Condition("Opened", "message").Should().Be(opened.Condition("Opened", "message"));
    }

    [Fact]
    public async Task A_stamp_that_cannot_be_read_stalls_the_gate_in_its_state_without_an_endless_retry_until_a_readable_one_comes()
    {
        var ns = await NewAsync("gate", """{"window": "1h"}""");
        await _cluster.OpenAsync(ns, "gate");
        await UntilAsync(ns, "Gate scheduled for closing");
        await _cluster.AnnotateAsync(Gate, ns, "gate", "close.gate.fluxcd.io/requestedAt", "tomorrow");
        var stalled = await _cluster.UntilAsync(Gate, ns, "gate", "is stalled", gate => gate.Condition("Stalled", "status") == "True");
        stalled.Condition("Stalled", "reason").Should().Be("InvalidRequest");
        stalled.Condition("Stalled", "message").Should().Be("close.gate.fluxcd.io/requestedAt: 'tomorrow' is not a time; expected RFC 3339, for example 2026-03-26T10:00:00Z");
        stalled.Condition("Ready", "status").Should().Be("False");
        stalled.Condition("Opened", "status").Should().Be("True", "an unreadable request changes nothing");
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, TestContext.Current.CancellationToken);
        Version(await _cluster.GetAsync(Gate, ns, "gate")).Should().Be(Version(stalled), "nothing is written again and again");

        await _cluster.CloseAsync(ns, "gate");
        (await UntilAsync(ns, "Gate close requested")).Condition("Stalled", "status").Should().BeNull();
    }

    [Fact]
    public async Task A_stamp_in_the_future_counts_from_its_receipt_and_an_event_warns_of_it()
    {
        var ns = await NewAsync("gate", """{"window": "1h"}""");
        await UntilAsync(ns, "Gate closed by default");
        await _cluster.AnnotateAsync(Gate, ns, "gate", OpenRequestedAt, "2199-01-01T00:00:00Z");
        Time(await UntilAsync(ns, "Gate scheduled for closing"), "requestedAt").Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(10));
        await UntilEventAsync(ns, "RequestInFuture", "Warning");
    }

    [Fact]
    public async Task A_request_whose_window_has_passed_is_recorded_and_opens_nothing()
    {
        var ns = await NewAsync("gate", """{"window": "1h"}""");
        await _cluster.AnnotateAsync(Gate, ns, "gate", OpenRequestedAt, "2021-03-26T10:00:00Z");
        var gate = await _cluster.UntilAsync(Gate, ns, "gate", "has recorded the request", found => (string?)found["status"]?["requestedAt"] == "2021-03-26T10:00:00Z");
        ((string)gate["status"]!["resetToDefaultAt"]!).Should().Be("2021-03-26T11:00:00Z");
        gate.Condition("Opened", "message").Should().Be("Gate closed by default");
        gate["status"]!["history"].Should().BeNull("nothing changed");
        await UntilEventAsync(ns, "RequestExpired", "Warning");
    }

    [Fact]
    public async Task A_gate_that_opens_for_one_revision_alone_keeps_plain_objects_held_and_says_why()
    {
        var ns = await NewAsync("gate", """{"window": "1h"}""");
        await _cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "app", "gate");
        await _cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Gate, ns, "gate", "open.gate.fluxcd.io/revision", "main@sha1:aaaa");
        await _cluster.OpenAsync(ns, "gate");
        (await UntilAsync(ns, "Gate closed by default, opened for revision 'main@sha1:aaaa' alone until ")).Condition("Opened", "status").Should().Be("False");
        (await _cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app", "OpenedForRevision")).Approved("message").Should().Contain("GatedSource");
    }

    [Fact]
    public async Task A_gate_counts_what_it_holds()
    {
        var ns = await NewAsync("gate", "{}");
        for (var i = 0; i < 5; i++)
        {
            await _cluster.CreateGatedAsync(FluxResources.Kustomization, ns, $"app-{i}", "gate");
        }

        await _cluster.UntilAsync(Gate, ns, "gate", "counts five held objects", gate => (int?)gate["status"]?["held"] == 5);
        await _cluster.OpenAsync(ns, "gate");
        await _cluster.UntilAsync(Gate, ns, "gate", "counts none", gate => (int?)gate["status"]?["held"] == 0);
    }

    [Fact]
    public async Task The_history_has_the_last_twenty_transitions_the_newest_first()
    {
        var ns = await NewAsync("gate", "{}");
        await UntilAsync(ns, "Gate closed by default");
        for (var i = 0; i < 11; i++)
        {
            await _cluster.OpenAsync(ns, "gate");
            await UntilAsync(ns, "Gate open requested");
            await _cluster.CloseAsync(ns, "gate");
            await UntilAsync(ns, "Gate close requested");
        }

        var history = (await _cluster.GetAsync(Gate, ns, "gate"))!["status"]!["history"]!.AsArray();
        history.Should().HaveCount(20);
        history.Select(entry => (string)entry!["to"]!).Should().Equal(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? "closed" : "opened"));
        history.Select(entry => (string)entry!["at"]!).Should().BeInDescendingOrder(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("""{"window": "0s"}""", "spec.window", "must be greater than zero, found 0s")]
    [InlineData("""{"window": "-1h"}""", "spec.window", "should match")]
    [InlineData("""{"window": "an hour"}""", "spec.window", "should match")]
    [InlineData("""{"window": "99999999999h"}""", "spec.window", "must be less than 1000000h, found 99999999999h")]
    [InlineData("""{"interval": "10ms"}""", "spec.interval", "must be at least 1s, found 10ms")]
    [InlineData("""{"interval": "100000000m"}""", "spec.interval", "must be less than 1000000h, found 100000000m")]
    [InlineData("""{"default": "open"}""", "spec.default", "\"opened\", \"closed\"")]
    [InlineData("""{"accessFrom": {}}""", "spec.accessFrom.namespaceSelectors", "Required value")]
    [InlineData("""{"accessFrom": {"namespaceSelectors": [{"matchLabels": {"the tier": "prod"}}]}}""", "spec.accessFrom.namespaceSelectors[0].matchLabels", "for example tier or example.org/tier, found 'the tier'")]
    [InlineData("""{"accessFrom": {"namespaceSelectors": [{"matchLabels": {"tier": "prod 1"}}]}}""", "spec.accessFrom.namespaceSelectors[0].matchLabels.tier", "\"prod 1\"")]
    public async Task A_spec_that_makes_no_sense_is_refused_with_the_field_and_what_is_allowed(string spec, string field, string allowed)
    {
        var ns = await _cluster.NewNamespaceAsync();
        var refused = await Assert.ThrowsAsync<KubernetesApiException>(() => _cluster.CreateGateAsync(ns, "gate", spec));
        refused.StatusCode.Should().Be(422);
        refused.Message.Should().Contain(field).And.Contain(allowed).And.NotContain("type conversion error", "that names neither the value nor what is allowed");
    }

    [Theory]
    [InlineData("""{"interval": "3600000ms", "window": "604800s"}""")]
    [InlineData("""{"interval": "1.5m", "window": "876000h"}""")]
    [InlineData("""{"window": "1h30m15.5s250ms"}""")]
    [InlineData("""{"accessFrom": {"namespaceSelectors": [{"matchLabels": {"kubernetes.io/metadata.name": "apps", "tier": ""}}, {}]}}""")]
    public async Task A_spec_that_makes_sense_is_taken(string spec)
    {
        var ns = await NewAsync("gate", spec);
        (await UntilAsync(ns, "Gate closed by default")).Condition("Stalled", "status").Should().BeNull();
    }

    private async Task<string> NewAsync(string gate, string spec)
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, gate, spec);
        return ns;
    }

    private Task<JsonNode> UntilAsync(string ns, string message) => _cluster.UntilAsync(
        Gate, ns, "gate", $"says '{message}'", gate => gate.Condition("Opened", "message")?.StartsWith(message, StringComparison.Ordinal) == true);

    private Task UntilEventAsync(string ns, string reason, string type) => Eventually.GivesAsync(
        $"an Event of type {type} with reason {reason}",
        () => _cluster.Kubectl.RunAsync("-n", ns, "get", "events", "--field-selector", $"reason={reason}", "-o", "jsonpath={.items[*].type}"),
        found => found == type);

    private static string Version(JsonNode? gate) => (string)gate!["metadata"]!["resourceVersion"]!;

    private static DateTimeOffset Time(JsonNode gate, string field) => DateTimeOffset.Parse((string)gate["status"]![field]!, CultureInfo.InvariantCulture);
}
