using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Holds;

/// <summary>Several gates on one object.</summary>
public sealed class RequireTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    private const string Require = "gating.toolkit.fluxcd.io/require";

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = sluice.Cluster;

    [Fact]
    public async Task Two_gates_open_and_close_in_every_order_and_all_and_oneOf_follow_each_step()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "a", "{}");
        await _cluster.CreateGateAsync(ns, "b", "{}");
        foreach (var (name, require) in new[] { ("default", null), ("all", "all"), ("one", "oneOf") })
        {
            await _cluster.CreateGatedAsync(Kustomization, ns, name, "a,b");
            if (require is not null)
            {
                await _cluster.AnnotateAsync(Kustomization, ns, name, Require, require);
            }
        }

        await ExpectAsync(ns, false, false);
        var state = (A: false, B: false);
        // From each of the four states to each of its neighbours, once.
        foreach (var gate in "babaabab")
        {
            state = gate == 'a' ? (!state.A, state.B) : (state.A, !state.B);
            await ((gate == 'a' ? state.A : state.B)
                ? _cluster.OpenAsync(ns, gate.ToString())
                : _cluster.CloseAsync(ns, gate.ToString()));
            await ExpectAsync(ns, state.A, state.B);
        }
    }

    [Fact]
    public async Task A_missing_gate_beside_an_opened_one_holds_where_all_are_required_and_does_not_where_one_is()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "opened", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "all", "opened,missing");
        await _cluster.CreateGatedAsync(Kustomization, ns, "one", "opened,missing");
        await _cluster.AnnotateAsync(Kustomization, ns, "one", Require, "oneOf");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "all", "GateNotFound")).HeldBy().Should().Be($"{ns}/missing (GateNotFound)", "the opened gate does not hold it");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "one")).IsSuspended().Should().BeFalse();
    }

    [Fact]
    public async Task Gates_of_the_annotation_and_of_the_spec_are_added_together()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "opened", """{"default": "opened"}""");
        await _cluster.CreateGateAsync(ns, "closed", "{}");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "opened");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"gates": [{"name": "opened"}, {"name": "closed"}]}}""");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).HeldBy().Should().Be($"{ns}/closed (GateClosed)");
        await _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"gates": null}}""");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).IsSuspended().Should().BeFalse();
    }

    private async Task ExpectAsync(string ns, bool a, bool b)
    {
        await ExpectAsync(ns, "default", a && b, Message(a && b, ""));
        await ExpectAsync(ns, "all", a && b, Message(a && b, ""));
        await ExpectAsync(ns, "one", a || b, Message(a || b, "one of 2 gates must be opened: "));

        string Message(bool approved, string prefix)
        {
            var named = new[] { (Name: "a", IsOpened: a), (Name: "b", IsOpened: b) }.Where(gate => gate.IsOpened == approved);
            var clauses = string.Join(", ", named.Select(gate => $"gate '{ns}/{gate.Name}' is {(approved ? "opened" : "closed")}"));
            return approved ? $"Reconciliation is approved, {clauses}." : $"Reconciliation is waiting approval, {prefix}{clauses}.";
        }
    }

    private Task ExpectAsync(string ns, string name, bool approved, string message) => _cluster.UntilAsync(
        Kustomization, ns, name, $"is {(approved ? "released" : "held")} and says '{message}'",
        found => found.IsSuspended() == !approved && found.HeldBy() is null == approved && found.Approved("status") == (approved ? "True" : "False") && found.Approved("message") == message);
}
