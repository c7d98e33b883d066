using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Gates;

/// <summary>The end of requests that change no state, and texts of people that have no end.</summary>
public sealed class RequestEndTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private static readonly ApiResource Gate = FluxResources.Gate;

    private readonly Cluster _cluster = sluice.Cluster;

    [Fact]
    public async Task A_gate_that_was_opened_for_one_revision_alone_says_when_that_has_run_out_whatever_its_interval()
    {
        var ns = await NewAsync("""{"interval": "1h", "window": "2s"}""");
        await _cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "app", "gate");
        await _cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Gate, ns, "gate", "open.gate.fluxcd.io/revision", "main@sha1:aaaa");
        await _cluster.OpenAsync(ns, "gate");
        await _cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app", "OpenedForRevision");

        var over = await _cluster.UntilAsync(Gate, ns, "gate", "is plainly closed", gate => gate.Condition("Opened", "message") == "Gate closed by default", TimeSpan.FromSeconds(4));
        over.Condition("Opened", "reason").Should().Be("ReconciliationSucceeded");
        await _cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "app");
    }

    [Fact]
    public async Task A_reason_of_a_hundred_thousand_characters_opens_and_closes_the_gate_like_any_other()
    {
        var ns = await NewAsync("{}");
        var reason = new string('x', 100_000);
        await _cluster.AnnotateAsync(Gate, ns, "gate", "open.gate.fluxcd.io/reason", reason);
        await _cluster.AnnotateAsync(Gate, ns, "gate", "close.gate.fluxcd.io/reason", reason);
        for (var i = 0; i < 10; i++)
        {
            await _cluster.OpenAsync(ns, "gate");
            await _cluster.UntilAsync(Gate, ns, "gate", "is opened", gate => gate.Condition("Opened", "status") == "True", TimeSpan.FromSeconds(5));
            await _cluster.CloseAsync(ns, "gate");
            await _cluster.UntilAsync(Gate, ns, "gate", "is closed", gate => gate.Condition("Opened", "status") == "False", TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task A_list_of_gates_that_is_too_long_for_a_condition_holds_and_says_so_all_the_same()
    {
        var ns = await NewAsync("""{"default": "opened"}""");
        await _cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "long", new string('X', 40_000));
        await _cluster.CreateGatedAsync(FluxResources.Kustomization, ns, "many", string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"missing-{i}")));
        await _cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "long", "InvalidReference");
        await _cluster.UntilHeldAsync(FluxResources.Kustomization, ns, "many", "GateNotFound");
    }

    private async Task<string> NewAsync(string spec)
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", spec);
        return ns;
    }
}
