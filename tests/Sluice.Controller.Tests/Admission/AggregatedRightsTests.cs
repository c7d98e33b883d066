using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>What comes of Sluice's roles to those who have Kubernetes' own view, edit and admin, and no more than that.</summary>
public sealed class AggregatedRightsTests(AggregatedCluster aggregated) : IClassFixture<AggregatedCluster>
{
    private const string Reads = "get list watch";

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private static readonly string[] Verbs =
        ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "open", "close", "configure", "override", "approve", "hold", "*"];

    private readonly Cluster _cluster = aggregated.Cluster;

    [Theory]
    [InlineData("view", Reads, Reads)]
    [InlineData("edit", Reads, Reads)]
    [InlineData("admin", $"{Reads} create update patch delete open close configure", $"{Reads} create update patch delete")]
    public async Task The_authorizer_allows_what_the_reference_says_and_nothing_else(string role, string gates, string bindings)
    {
        foreach (var inCluster in new[] { false, true })
        {
            var (ns, person) = await aggregated.NewAsync(role, inCluster);
            using var connection = KubernetesConnection.Open(new() { Kubeconfig = _cluster.ControlPlane.KubeconfigFor(person), Qps = 0 }, TimeProvider.System);
            foreach (var (resource, where, allowed) in new[]
            {
                ("gates", ns, gates), ("gates/status", ns, ""), ("gatebindings", ns, bindings), ("gatebindings/status", ns, ""), ("gatedsources/status", ns, ""),
                ("gates", "default", inCluster ? gates : ""), ("gatebindings", "default", inCluster ? bindings : ""),
                ("clustergatebindings", null, inCluster ? Reads : ""), ("clustergatebindings/status", null, ""),
            })
            {
                (await AllowedAsync(verb => aggregated.MayAsync(person, verb, resource, where))).Should().Be(allowed, $"{person} may do that to {resource} in {where ?? "the cluster"}");
                (await AllowedAsync(verb => AggregatedCluster.MayAsync(new KubernetesApi(connection), verb, resource, where))).Should().Be(allowed, "the person is told the same");
            }
        }
    }

    [Fact]
    public async Task Who_has_edit_creates_and_changes_what_is_gated_and_lets_nothing_through()
    {
        var (ns, editor) = await aggregated.NewAsync("edit");
        var born = JsonNode.Parse(await aggregated.AsAsync(editor, ["-n", ns, "create", "-f", "-", "-o", "json"], """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: app, annotations: {gating.toolkit.fluxcd.io/gates: gate} }
            spec: {interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: app} }
            """))!;
        born.IsSuspended().Should().BeTrue("it is born held, whoever makes it");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await DoAsync(editor, ns, "annotate ks/app example.org/note=mine");
        await DoAsync(editor, ns, "patch ks/app --type=merge -p {\"spec\":{\"interval\":\"3m\"}}");
        await DoAsync(editor, ns, "annotate ks/app --overwrite gating.toolkit.fluxcd.io/gates=gate,default/another");

        foreach (var (attempt, because) in new[]
        {
            ("annotate ks/app gating.toolkit.fluxcd.io/gates-", "may not take gates away"),
            ("annotate ks/app gating.toolkit.fluxcd.io/release-once=now", "reconcile once past its gates"),
            ("patch ks/app --type=merge -p {\"spec\":{\"suspend\":false}}", "only its gates let it go"),
            ("delete ks/app", "would leave what it has deployed behind"),
            ($"delete --raw /apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{ns}/kustomizations", "would leave what it has deployed behind"),
            ($"annotate gate/gate open.gate.fluxcd.io/requestedAt={Now}", Cannot("patch", "gates")),
            ($"annotate gate/gate close.gate.fluxcd.io/requestedAt={Now}", Cannot("patch", "gates")),
            ($"annotate gate/gate open.gate.fluxcd.io/override=because open.gate.fluxcd.io/requestedAt={Now}", Cannot("patch", "gates")),
            ("patch gate/gate --type=merge -p {\"spec\":{\"default\":\"opened\"}}", Cannot("patch", "gates")),
            ("delete gate/gate", Cannot("delete", "gates")),
        })
        {
            await IsRefusedAsync(editor, ns, attempt, because);
        }

        await IsRefusedAsync(editor, ns, "create -f -", Cannot("create", "gates"), """{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "Gate", "metadata": {"name": "own"}, "spec": {"default": "opened"} }""");
        await IsRefusedAsync(editor, ns, "patch gatedsource/app --subresource=status --type=merge -p {\"status\":{\"authors\":[]}}", Cannot("get", "gatedsources/status"));
        await IsRefusedAsync(editor, ns, "apply --server-side --subresource=status -f -", Cannot("patch", "gatedsources/status"), """{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "GatedSource", "metadata": {"name": "app"}, "status": {"authors": []} }""");
        await IsRefusedAsync(editor, ns, "create -f -", Cannot("create", "gatebindings"), """{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "GateBinding", "metadata": {"name": "own"}, "spec": {"gates": [{"name": "gate"}]} }""");
        (await _cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().BeTrue();
        (await _cluster.GetAsync(FluxResources.Gate, ns, "gate"))!.Condition("Opened", "status").Should().Be("False");
    }

    [Fact]
    public async Task Who_has_edit_and_is_given_the_writing_of_gates_besides_has_none_of_Sluices_verbs_for_that()
    {
        var (ns, editor) = await aggregated.NewAsync("edit");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "writer", "--clusterrole=writer", $"--user={editor}");
        await Eventually.GivesAsync("the right to patch is known", () => aggregated.MayAsync(editor, "patch", "gates", ns), may => may);
        await IsRefusedAsync(editor, ns, $"annotate gate/gate open.gate.fluxcd.io/requestedAt={Now}", "it takes the verb open on it");
        await IsRefusedAsync(editor, ns, $"annotate gate/gate close.gate.fluxcd.io/requestedAt={Now}", "it takes the verb close on it");
        await IsRefusedAsync(editor, ns, "annotate gate/gate open.gate.fluxcd.io/override=because", "it takes the verb override on it");
        await IsRefusedAsync(editor, ns, "patch gate/gate --type=merge -p {\"spec\":{\"default\":\"opened\"}}", "it takes the verb configure on it");
    }

    [Fact]
    public async Task Who_has_view_reads_gates_and_bindings_and_writes_none()
    {
        var (ns, viewer) = await aggregated.NewAsync("view", inCluster: true);
        await _cluster.Kubectl.ApplyAsync($$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GateBinding
            metadata: {name: own, namespace: {{ns}} }
            spec: {gates: [{name: gate}]}
            ---
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: ClusterGateBinding
            metadata: {name: {{ns}} }
            spec: {gates: [{name: gate, namespace: {{ns}} }], selector: {names: [nothing-has-this-name]} }
            """);
        (await DoAsync(viewer, ns, $"get gate/gate gatebinding/own clustergatebinding/{ns} -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(3);
        await IsRefusedAsync(viewer, ns, $"annotate gate/gate open.gate.fluxcd.io/requestedAt={Now}", Cannot("patch", "gates"));
        await IsRefusedAsync(viewer, ns, "delete gatebinding/own", Cannot("delete", "gatebindings"));
        await IsRefusedAsync(viewer, ns, $"delete clustergatebinding/{ns}", Cannot("delete", "clustergatebindings"));
    }

    [Fact]
    public async Task Who_has_admin_in_a_namespace_has_its_gates_and_bindings_but_gets_past_no_window_and_reaches_no_other_namespace()
    {
        var (ns, admin) = await aggregated.NewAsync("admin");
        var (elsewhere, _) = await aggregated.NewAsync("view");
        await aggregated.AsAsync(admin, ["-n", ns, "create", "-f", "-"], """
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Gate
            metadata: {name: own}
            spec: {window: 1h}
            ---
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GateBinding
            metadata: {name: own}
            spec: {gates: [{name: own}]}
            """);
        await aggregated.AsAsync(admin, ["-n", ns, "create", "-f", "-"], """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: app, annotations: {gating.toolkit.fluxcd.io/gates: gate} }
            spec: {interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: app} }
            """);
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");

        foreach (var (attempt, because) in new[]
        {
            ("annotate gate/own open.gate.fluxcd.io/override=because", "it takes the verb override on it"),
            ("patch gate/own --subresource=status --type=merge -p {\"status\":{\"conditions\":[]}}", "gates/status"),
            ("delete ks/app", "would leave what it has deployed behind"),
            ("annotate ks/app gating.toolkit.fluxcd.io/release-once=now", "reconcile once past its gates"),
        })
        {
            await IsRefusedAsync(admin, ns, attempt, because);
        }

        await IsRefusedAsync(admin, elsewhere, $"annotate gate/gate open.gate.fluxcd.io/requestedAt={Now}", Cannot("get", "gates"));
        await IsRefusedAsync(admin, ns, "create -f -", Cannot("create", "clustergatebindings"), $$"""
            {"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "ClusterGateBinding", "metadata": {"name": "all"}, "spec": {"gates": [{"name": "own", "namespace": "{{ns}}"}]} }
            """);

        await DoAsync(admin, ns, $"annotate gate/own open.gate.fluxcd.io/requestedAt={Now}");
        await DoAsync(admin, ns, $"annotate gate/gate open.gate.fluxcd.io/requestedAt={Now}");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await DoAsync(admin, ns, $"annotate gate/gate close.gate.fluxcd.io/requestedAt={Now}");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await DoAsync(admin, ns, "patch gate/gate --type=merge -p {\"spec\":{\"default\":\"opened\"}}");
        await DoAsync(admin, ns, "delete gatebinding/own");
        await DoAsync(admin, ns, "delete gate/own");
    }

    private static string Now => $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffffffZ}";

    private static string Cannot(string verb, string resource) => $"cannot {verb} resource \"{resource}\"";

    private static async Task<string> AllowedAsync(Func<string, Task<bool>> may)
    {
        var allowed = new List<string>();
        foreach (var verb in Verbs)
        {
            if (await may(verb))
            {
                allowed.Add(verb);
            }
        }

        return string.Join(' ', allowed);
    }

    private Task<string> DoAsync(string person, string ns, string act, string? input = null) => aggregated.AsAsync(person, ["-n", ns, .. act.Split(' ')], input);

    private async Task IsRefusedAsync(string person, string ns, string act, string because, string? input = null) =>
        (await new Func<Task>(() => DoAsync(person, ns, act, input)).Should().ThrowAsync<KubectlException>($"{person} does: {act}")).Which.Error.Should().Contain(because);
}
