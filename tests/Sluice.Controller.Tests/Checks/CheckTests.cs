using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Sources;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Checks;

/// <summary>Gates that ask Prometheus and web hooks, on the real API server.</summary>
public sealed class CheckTests(ApprovingCluster approving) : IClassFixture<ApprovingCluster>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";
    private const string Loopback = "--check-hosts=127.0.0.1";

    private Cluster Cluster => approving.Cluster;

    [Fact]
    public async Task A_gate_follows_the_value_of_a_query_and_what_names_it_is_held_and_released_with_it()
    {
        await using var app = await AskedServer.StartAsync();
        app.Body = "error_rate 0.2\n";
        await using var prometheus = await DistributionTool.OrSkipAsync(() => Prometheus.StartAsync(app.Address), Assert.Skip);
        await using var controller = await approving.StartControllerAsync(Loopback);
        var space = await Cluster.NewNamespaceAsync();
        await Cluster.CreateGateAsync(space, "release", $$"""
            {"default": "opened", "checks": [{"name": "error-rate", "interval": "1s", "prometheus": {"address": "{{prometheus.Address}}", "query": "error_rate", "thresholdRange": {"max": 0.01} } }] }
            """);
        await Cluster.CreateGatedAsync(FluxResources.Kustomization, space, "app", "release");
        var held = await Cluster.UntilHeldAsync(FluxResources.Kustomization, space, "app", "CheckNotPassed");
        held.Approved("message").Should().Be($"Reconciliation is waiting approval, gate '{space}/release' waits for check 'error-rate'.", "no more: each value would be a write for each object");
        await UntilGateAsync(space, "False", "Gate kept closed by check 'error-rate': the value 0.2 is above 0.01");

        app.Body = "error_rate 0.001\n";
        await Cluster.UntilReleasedAsync(FluxResources.Kustomization, space, "app");
        var gate = await UntilGateAsync(space, "True", "Gate opened by default");

        prometheus.Kill();
        await Cluster.UntilHeldAsync(FluxResources.Kustomization, space, "app", "CheckNotPassed");
        gate = await UntilGateAsync(space, "False", "cannot be asked");
        gate["status"]!["history"]!.AsArray().Select(entry => (string?)entry!["reason"]).Should().Contain("CheckFailed");
        gate.Condition("Ready", "status").Should().Be("True", "a closed gate is ready");
    }

    [Fact]
    public async Task A_restart_lets_nothing_new_through_and_holds_nothing_that_was_released_before_the_checks_are_asked_anew()
    {
        await using var server = await AskedServer.StartAsync();
        var space = await Cluster.NewNamespaceAsync();
        await Cluster.CreateGateAsync(space, "release", HookGate(server));
        await Cluster.CreateGatedAsync(FluxResources.Kustomization, space, "app", "release");
        await using (var first = await approving.StartControllerAsync(Loopback))
        {
            await Cluster.UntilReleasedAsync(FluxResources.Kustomization, space, "app");
            first.Process.Kill();
        }

        server.IsSilent = true;
        var before = await Cluster.GetAsync(FluxResources.Gate, space, "release");
        // Counted before the start: what is asked in the course of it stays without an answer for 20 s, and then closes the gate rightly.
        var asked = server.Asked.Count;
        await using var second = await approving.StartControllerAsync(Loopback);
        await Eventually.GivesAsync("it is asked again", () => Task.FromResult(server.Asked.Count), count => count > asked);
        await Cluster.CreateGatedAsync(FluxResources.Kustomization, space, "later", "release");
        (await Cluster.GetAsync(FluxResources.Kustomization, space, "app"))!.IsSuspended().Should().BeFalse();
        (await Cluster.GetAsync(FluxResources.Gate, space, "release"))!["metadata"]!["resourceVersion"]!.GetValue<string>()
            .Should().Be(before!["metadata"]!["resourceVersion"]!.GetValue<string>(), "until it is answered nothing is written");
        (await second.ScrapeAsync()).Should().Contain($"sluice_gate_opened{{name=\"release\",namespace=\"{space}\"}} 1", "that it has not been asked yet closes nothing, on a replica that only watches neither");
        (await Cluster.GetAsync(FluxResources.Kustomization, space, "later"))!.IsSuspended().Should().BeTrue("it was born held");

        await Cluster.CloseAsync(space, "release");
        await UntilGateAsync(space, "False", "Gate close requested");
        await Cluster.OpenAsync(space, "release");
        await UntilGateAsync(space, "False", "check 'board'");
        server.IsSilent = false;
        await Cluster.UntilReleasedAsync(FluxResources.Kustomization, space, "later");
    }

    [Fact]
    public async Task A_gate_that_is_closed_anyway_asks_nobody_and_asks_as_soon_as_it_is_opened()
    {
        await using var server = await AskedServer.StartAsync();
        await using var controller = await approving.StartControllerAsync(Loopback);
        var source = await PlayedSource.StartAsync(Cluster, gate: HookGate(server, "closed"));
        await source.FetchAsync(A, "sha256:01");
        await source.UntilWaitingAsync(A);
        await source.LookedAtAgainAsync();
        server.Asked.Should().BeEmpty();
        await source.OpenAsync();
        await source.UntilReleasedAsync(A);
        server.Asked.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_web_hook_is_asked_about_each_candidate_and_passes_that_one_alone()
    {
        await using var server = await AskedServer.StartAsync();
        server.Judge = question => (string?)question["metadata"]!["revision"] == B && (string?)question["metadata"]!["digest"] == "sha256:02" ? 200 : 403;
        await using var controller = await approving.StartControllerAsync(Loopback);
        var source = await PlayedSource.StartAsync(Cluster, gate: HookGate(server, about: "Candidate"));
        await source.FetchAsync(A, "sha256:01");
        var waiting = await source.UntilAsync("waits for the web hook", gated => gated.Condition("Approved", "message")?.Contains("answers 403", StringComparison.Ordinal) == true);
        waiting.Condition("Approved", "reason").Should().Be("CheckNotPassed");
        await source.FetchAsync(B, "sha256:02");
        var released = await source.UntilReleasedAsync(B);
        released["status"]!["history"]!.AsArray().Should().ContainSingle("A never passed");
        server.Asked.Select(question => (string?)question["name"]).Distinct().Should().Equal("release");

        await Cluster.CreateGatedAsync(FluxResources.Kustomization, source.Namespace, "plain", "release");
        await Cluster.UntilHeldAsync(FluxResources.Kustomization, source.Namespace, "plain", "CheckNeedsRevision");
    }

    [Fact]
    public async Task A_host_that_the_controller_may_not_ask_keeps_the_gate_closed_and_says_what_to_do()
    {
        await using var server = await AskedServer.StartAsync();
        await using var controller = await approving.StartControllerAsync();
        var space = await Cluster.NewNamespaceAsync();
        await Cluster.CreateGateAsync(space, "release", HookGate(server));
        await UntilGateAsync(space, "False", $"sluice-controller may not ask {server.Address.Authority}: start it with --check-hosts={server.Address.Authority}");
        server.Asked.Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"name": "x"}""", "exactly one of 'resource', 'prometheus' and 'http' must be given")]
    [InlineData("""{"name": "x", "http": {"url": "ftp://x"} }""", "spec.checks[0].http.url")]
    [InlineData("""{"name": "x", "http": {"url": "http://a:b@x"} }""", "spec.checks[0].http.url")]
    [InlineData("""{"name": "x", "interval": "500ms", "http": {"url": "http://x"} }""", "must be at least 1s, found 500ms")]
    [InlineData("""{"name": "x", "timeout": "2m", "http": {"url": "http://x"} }""", "must be from 1s to 1m, found 2m")]
    [InlineData("""{"name": "x", "prometheus": {"address": "http://x", "query": "q", "thresholdRange": {} } }""", "should have at least 1 properties")]
    [InlineData("""{"name": "x", "prometheus": {"address": "http://x", "query": "q", "thresholdRange": {"min": 2, "max": 1} } }""", "min must not be above max")]
    [InlineData("""{"name": "x", "resource": {"kind": "Pod", "name": "x"} }""", "Unsupported value: \"Pod\"")]
    [InlineData("""{"name": "x", "resource": {"kind": "GatedSource", "name": "x", "soak": "long"} }""", "spec.checks[0].resource.soak")]
    public async Task The_API_server_refuses_what_cannot_be_understood(string check, string why)
    {
        var space = await Cluster.NewNamespaceAsync();
        var creation = () => Cluster.CreateGateAsync(space, "release", $$"""{"checks": [{{check}}]}""");
        (await creation.Should().ThrowAsync<Sluice.Kubernetes.KubernetesApiException>()).Which.Message.Should().Contain(why);
    }

    private static string HookGate(AskedServer server, string byDefault = "opened", string about = "Gate") => $$"""
        {"default": "{{byDefault}}", "checks": [{"name": "board", "interval": "1s", "timeout": "20s", "http": {"url": "{{server.Address}}", "about": "{{about}}"} }] }
        """;

    private Task<JsonNode> UntilGateAsync(string space, string opened, string message) => Cluster.UntilAsync(
        FluxResources.Gate, space, "release", $"says {opened}: {message}",
        gate => gate.Condition("Opened", "status") == opened && gate.Condition("Opened", "message")?.Contains(message, StringComparison.Ordinal) == true);
}
