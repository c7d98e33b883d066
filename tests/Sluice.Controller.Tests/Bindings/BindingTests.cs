using System.Text;
using System.Text.Json.Nodes;
using Sluice.Api.Metadata;
using Sluice.Controller.Bindings;
using Sluice.Controller.Tests.Admission;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Faults;
using Sluice.Controller.Tests.Holds;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Bindings;

/// <summary>Bindings put gates before objects that do not name them.</summary>
public sealed class BindingTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = guarded.Cluster;

    [Fact]
    public async Task A_cluster_wide_binding_holds_what_names_no_gates_in_the_namespaces_that_it_selects_and_says_how_many_and_which()
    {
        var (platform, production, other) = (await _cluster.NewNamespaceAsync(), await NewNamespaceAsync("tier=a"), await NewNamespaceAsync("tier=b"));
        await _cluster.CreateGateAsync(platform, "freeze", """{"window": "1h"}""");
        await CreateAsync(Kustomization, production, "there-before");
        await BindAsync("a", $$"""{"gates": [{"name": "freeze", "namespace": "{{platform}}"}], "selector": {"kinds": ["Kustomization"], "namespaceSelector": {"matchLabels": {"tier": "a"} } } }""");
        var held = await _cluster.UntilHeldAsync(Kustomization, production, "there-before");
        held.HeldBy().Should().Be($"{platform}/freeze (GateClosed)");
        held.Approved("message").Should().Be($"Reconciliation is waiting approval, gate '{platform}/freeze' is closed, as ClusterGateBinding 'a' wants it.");

        await BornHeldAsync(Kustomization, production, "born-later");
        (await CreateAsync(Kustomization, other, "elsewhere")).IsSuspended().Should().BeFalse();
        (await CreateAsync(FluxResources.All[2], production, "of-another-kind")).IsSuspended().Should().BeFalse();
        var status = await UntilMatchedAsync("a", 2);
        status["matched"]!["sample"]!.AsArray().Select(one => (string?)one).Should().Equal($"Kustomization {production}/born-later", $"Kustomization {production}/there-before");

        await _cluster.OpenAsync(platform, "freeze");
        await _cluster.UntilReleasedAsync(Kustomization, production, "there-before");
        await _cluster.UntilReleasedAsync(Kustomization, production, "born-later");
    }

    [Fact]
    public async Task The_gates_of_an_object_and_those_of_a_binding_must_both_let_it_pass_and_a_oneOf_of_its_own_does_not_get_around_them()
    {
        var (platform, ns) = (await _cluster.NewNamespaceAsync(), await NewNamespaceAsync("tier=both"));
        await _cluster.CreateGateAsync(platform, "freeze", """{"window": "1h"}""");
        await _cluster.CreateGateAsync(ns, "closed", "{}");
        await _cluster.CreateGateAsync(ns, "opened", """{"default": "opened"}""");
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "closed,opened");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/require", "oneOf");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");

        await BindAsync("both", $$"""{"gates": [{"name": "freeze", "namespace": "{{platform}}"}], "selector": {"namespaceSelector": {"matchLabels": {"tier": "both"} } } }""");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).HeldBy().Should().Be($"{platform}/freeze (GateClosed)");
        await _cluster.OpenAsync(platform, "freeze");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
    }

    [Fact]
    public async Task What_comes_to_be_selected_is_held_by_the_same_write_and_what_is_no_longer_selected_is_released()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await BindAsync("labelled", """{"gates": [{"name": "gate"}], "selector": {"matchLabels": {"gated": "yes"} } }""", ns);
        await CreateAsync(Kustomization, ns, "app");
        await Eventually.GivesAsync("the API server knows the binding", () => LabelAsync(ns, "yes", dryRun: true), answer => answer.IsSuspended());
        (await LabelAsync(ns, "yes")).IsSuspended().Should().BeTrue();
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");

        await LabelAsync(ns, "no");
        var released = await _cluster.UntilAsync(Kustomization, ns, "app", "is not held", found => found.HeldBy() is null && found.Approved("status") is null);
        released.IsSuspended().Should().BeFalse();
    }

    [Fact]
    public async Task A_namespace_that_comes_to_be_selected_has_its_objects_held_and_one_that_is_no_longer_has_them_released()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await BindAsync("late", $$"""{"gates": [{"name": "gate", "namespace": "{{ns}}"}], "selector": {"namespaceSelector": {"matchLabels": {"tier": "late"} } } }""");
        await CreateAsync(Kustomization, ns, "app");
        await _cluster.Kubectl.RunAsync("label", "namespace", ns, "tier=late");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await BornHeldAsync(Kustomization, ns, "born-later");
        await _cluster.Kubectl.RunAsync("label", "namespace", ns, "tier-");
        await _cluster.UntilAsync(Kustomization, ns, "app", "is released", found => !found.IsSuspended() && found.HeldBy() is null);
        await _cluster.UntilAsync(Kustomization, ns, "born-later", "is released", found => !found.IsSuspended() && found.HeldBy() is null);
    }

    [Fact]
    public async Task When_a_binding_is_deleted_what_it_held_is_released_unless_another_gate_holds_it()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await _cluster.CreateGateAsync(ns, "own", "{}");
        await BindAsync("gone", """{"gates": [{"name": "gate"}]}""", ns);
        await CreateAsync(Kustomization, ns, "app");
        await _cluster.CreateGatedAsync(Kustomization, ns, "own", "own");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.UntilAsync(Kustomization, ns, "own", "is held by both", found => found.HeldBy() == $"{ns}/own (GateClosed), {ns}/gate (GateClosed)");

        await _cluster.Kubectl.RunAsync("-n", ns, "delete", "gatebinding", "gone");
        await _cluster.UntilAsync(Kustomization, ns, "app", "is released, and says nothing of gates", found => !found.IsSuspended() && found.HeldBy() is null && found.Approved("status") is null);
        await _cluster.UntilAsync(Kustomization, ns, "own", "is held by its own gate", found => found.HeldBy() == $"{ns}/own (GateClosed)" && found.IsSuspended());
    }

    [Theory]
    [InlineData("missing", null, "GateNotFound")]
    [InlineData("closed-to-others", "elsewhere", "AccessDenied")]
    [InlineData("missing", "elsewhere", "AccessDenied")]
    public async Task A_gate_that_a_namespaces_binding_cannot_reach_holds(string gate, string? where, string reason)
    {
        var (elsewhere, ns) = (await _cluster.NewNamespaceAsync(), await _cluster.NewNamespaceAsync());
        await _cluster.CreateGateAsync(elsewhere, "closed-to-others", """{"default": "opened"}""");
        await BindAsync("unreachable", $$"""{"gates": [{"name": "{{gate}}"{{(where is null ? "" : $", \"namespace\": \"{elsewhere}\"")}}}]}""", ns);
        await CreateAsync(Kustomization, ns, "app");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app", reason);
    }

    [Fact]
    public async Task A_namespaces_binding_holds_nothing_elsewhere()
    {
        var (ns, other) = (await _cluster.NewNamespaceAsync(), await _cluster.NewNamespaceAsync());
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await BindAsync("own", """{"gates": [{"name": "gate"}]}""", ns);
        await BornHeldAsync(Kustomization, ns, "app");
        (await CreateAsync(Kustomization, other, "app")).IsSuspended().Should().BeFalse();
        await UntilMatchedAsync("own", 1, ns);
        (await _cluster.GetAsync(Kustomization, other, "app"))!.IsSuspended().Should().BeFalse();
    }

    [Fact]
    public async Task One_opened_gate_of_a_binding_is_enough_where_it_says_so()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "one", """{"window": "1h"}""");
        await _cluster.CreateGateAsync(ns, "two", "{}");
        await BindAsync("either", """{"gates": [{"name": "one"}, {"name": "two"}], "require": "oneOf"}""", ns);
        await CreateAsync(Kustomization, ns, "app");
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).Approved("message").Should().Contain("one of 2 gates must be opened");
        await _cluster.OpenAsync(ns, "one");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
    }

    [Fact]
    public async Task What_is_bound_is_born_held_while_Sluice_is_down_and_stays_so_until_it_is_back()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", """{"default": "opened"}""");
        await BindAsync("down", """{"gates": [{"name": "gate"}]}""", ns);
        await BornHeldAsync(Kustomization, ns, "first");
        guarded.Controller!.Process.Kill();
        await BornHeldAsync(Kustomization, ns, "second");
        await guarded.StartControllerAsync();
        await _cluster.UntilReleasedAsync(Kustomization, ns, "second");
    }

    [Fact]
    public async Task A_binding_that_holds_what_Flux_or_Sluice_is_deployed_by_warns_and_can_exclude_it()
    {
        await _cluster.Kubectl.RunAsync("label", "crd", "gates.gating.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io/name=sluice", "kustomize.toolkit.fluxcd.io/namespace=flux-system");
        await _cluster.Kubectl.RunAsync("label", "crd", "kustomizations.kustomize.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io/name=flux-system", "kustomize.toolkit.fluxcd.io/namespace=flux-system");
        await CreateAsync(Kustomization, "flux-system", "sluice");
        await CreateAsync(Kustomization, "flux-system", "flux-system");
        await CreateAsync(FluxResources.All[2], "flux-system", "flux-system");
        await CreateAsync(Kustomization, "flux-system", "another");
        await _cluster.CreateGateAsync("flux-system", "gate", "{}");
        await BindAsync("own", """{"gates": [{"name": "gate"}]}""", "flux-system");
        var status = await UntilMatchedAsync("own", 4, "flux-system");
        Ready(status)["reason"]!.ToString().Should().Be("HoldsItsOwn");
        Ready(status)["status"]!.ToString().Should().Be("True");
        Ready(status)["message"]!.ToString().Should().Contain("it holds GitRepository flux-system/flux-system, Kustomization flux-system/flux-system, Kustomization flux-system/sluice, by which");
        await Eventually.GivesAsync("an Event warns", () => _cluster.Kubectl.RunAsync("-n", "flux-system", "get", "events", "-o", "jsonpath={.items[*].reason}"), reasons => reasons.Contains("HoldsItsOwn", StringComparison.Ordinal));

        await _cluster.Kubectl.RunAsync("-n", "flux-system", "patch", "gatebinding", "own", "--type=merge", "-p",
            """{"spec": {"exclude": [{"name": "flux-system"}, {"kind": "Kustomization", "name": "sluice"}]}}""");
        Ready(await UntilMatchedAsync("own", 1, "flux-system"))["reason"]!.ToString().Should().Be("ReconciliationSucceeded");
        await _cluster.UntilAsync(Kustomization, "flux-system", "sluice", "is released", found => !found.IsSuspended());
        await _cluster.Kubectl.RunAsync("-n", "flux-system", "delete", "gatebinding", "own");
    }

    [Theory]
    [InlineData("GateBinding", """{"gates": [{"name": "gate"}], "selector": {"namespaceSelector": {} } }""", "use a ClusterGateBinding to select namespaces")]
    [InlineData("GateBinding", """{"gates": [{"name": "gate"}], "exclude": [{"namespace": "apps"}]}""", "nothing to exclude elsewhere")]
    [InlineData("GateBinding", """{"gates": []}""", "spec.gates")]
    [InlineData("ClusterGateBinding", """{"gates": [{"name": "gate"}]}""", "the gate's must be given")]
    [InlineData("ClusterGateBinding", """{"gates": [{"name": "gate", "namespace": "apps"}], "exclude": [{}]}""", "spec.exclude")]
    public async Task A_binding_that_cannot_be_meant_is_refused_with_the_reason(string kind, string spec, string because)
    {
        var binding = $$$"""{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "{{{kind}}}", "metadata": {"name": "refused"}, "spec": {{{spec}}} }""";
        (await new Func<Task>(() => _cluster.Kubectl.RunAsync(["create", "-f", "-"], binding)).Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain(because);
    }

    [Fact]
    public async Task Who_may_edit_an_object_that_a_binding_holds_neither_resumes_nor_deletes_it()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await BindAsync("kept", """{"gates": [{"name": "gate"}]}""", ns);
        await CreateAsync(Kustomization, ns, "app");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await guarded.GiveEditorsAsync(ns);
        foreach (var attempt in new[] { "delete ks/app", "patch ks/app --type=merge -p {\"spec\":{\"suspend\":false}}", "annotate ks/app gating.toolkit.fluxcd.io/release-once=now" })
        {
            (await new Func<Task>(() => guarded.As("editor").RunAsync(["-n", ns, .. attempt.Split(' ')], null)).Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain($"Kustomization {ns}/app");
        }
    }

    [Fact]
    public async Task Who_may_only_edit_gets_out_of_a_binding_neither_by_another_label_nor_by_a_new_object_that_wants_to_pass_once()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await BindAsync("labels", """{"gates": [{"name": "gate"}], "selector": {"matchLabels": {"gated": "yes"} } }""", ns);
        await CreateAsync(Kustomization, ns, "app");
        await LabelAsync(ns, "yes");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await guarded.GiveEditorsAsync(ns);
        await RefusedToLabelAsync(ns, $"{ns}/gate (GateClosed)", $"gate {ns}/gate");
        (await new Func<Task>(() => guarded.As("editor").RunAsync(["-n", ns, "create", "-f", "-"], """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: another, labels: {gated: "yes"}, annotations: {gating.toolkit.fluxcd.io/release-once: now} }
            spec: {interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: app} }
            """)).Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("reconcile once past its gates").And.Contain("the verb override on all gates of the cluster");
        await guarded.As("editor").RunAsync("-n", ns, "annotate", "ks/app", "example.org/note=mine");
    }

    [Fact]
    public async Task What_names_the_gate_of_a_binding_itself_and_wants_one_of_several_gets_out_of_it_by_no_other_label()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "platform", "{}");
        await _cluster.CreateGateAsync(ns, "own", """{"default": "opened"}""");
        await BindAsync("labels", """{"gates": [{"name": "platform"}], "selector": {"matchLabels": {"gated": "yes"} } }""", ns);
        await CreateAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/gates", "own,platform");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/require", "oneOf");
        await LabelAsync(ns, "yes");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await guarded.GiveEditorsAsync(ns);
        await RefusedToLabelAsync(ns, $"{ns}/platform (GateClosed)", $"gate {ns}/own and gate {ns}/platform");
        (await _cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_born_held_and_not_decided_yet_gets_out_of_a_binding_by_no_other_label(bool namesGates)
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "platform", "{}");
        await _cluster.CreateGateAsync(ns, "own", """{"default": "opened"}""");
        await BindAsync("labels", """{"gates": [{"name": "platform"}], "selector": {"matchLabels": {"gated": "yes"} } }""", ns);
        await guarded.GiveEditorsAsync(ns);
        guarded.Controller!.Process.Kill();
        var app = $$$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: app, labels: {gated: "yes"}, annotations: {{{{(namesGates ? "gating.toolkit.fluxcd.io/gates: own" : "")}}}} }
            spec: {interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: app} }
            """;
        await Eventually.GivesAsync("the API server knows the binding", () => guarded.As("editor").RunAsync(["-n", ns, "create", "--dry-run=server", "-o", "yaml", "-f", "-"], app, TestContext.Current.CancellationToken),
            born => born.Contains("suspend: true", StringComparison.Ordinal));
        await guarded.As("editor").RunAsync(["-n", ns, "create", "-f", "-"], app, TestContext.Current.CancellationToken);

        await RefusedToLabelAsync(ns, "admission (NotDecidedYet)", "all gates of the cluster");
        await guarded.StartControllerAsync();
        (await _cluster.UntilHeldAsync(Kustomization, ns, "app")).HeldBy().Should().Be($"{ns}/platform (GateClosed)");
    }

    [Fact]
    public async Task Labels_change_without_any_right_where_the_objects_own_gates_hold_it_whatever_selects_it_and_with_override_elsewhere()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "platform", "{}");
        await BindAsync("labels", """{"gates": [{"name": "platform"}], "selector": {"matchLabels": {"gated": "yes"} } }""", ns);
        await guarded.GiveEditorsAsync(ns);
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "platform");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await guarded.As("editor").RunAsync("-n", ns, "label", "ks/app", "gated=yes");
        await guarded.As("editor").RunAsync("-n", ns, "label", "ks/app", "gated-");
        await _cluster.UntilAsync(Kustomization, ns, "app", "is held by its own gate", found => found.HeldBy() == $"{ns}/platform (GateClosed)" && found.IsSuspended());

        await CreateAsync(Kustomization, ns, "bound");
        await _cluster.Kubectl.RunAsync("-n", ns, "label", "ks/bound", "gated=yes");
        await _cluster.UntilHeldAsync(Kustomization, ns, "bound");
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "admin", "--clusterrole=sluice-admin", "--user=admin");
        await guarded.As("admin").RunAsync("-n", ns, "label", "ks/bound", "gated-");
        await _cluster.UntilAsync(Kustomization, ns, "bound", "is released", found => !found.IsSuspended() && found.HeldBy() is null);
    }

    [Fact]
    public async Task What_is_created_together_with_its_namespace_or_with_its_binding_is_never_let_go_by_a_controller_that_has_not_seen_those_yet()
    {
        var platform = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(platform, "gate", "{}");
        await BindAsync("together", $$"""{"gates": [{"name": "gate", "namespace": "{{platform}}"}], "selector": {"namespaceSelector": {"matchLabels": {"tier": "together"} } } }""");
        await BornHeldAsync(Kustomization, await NewNamespaceAsync("tier=together"), "first");
        for (var i = 0; i < 20; i++)
        {
            var ns = $"together-{i}";
            await using var watch = await ResumeWatch.StartAsync(_cluster, Kustomization, ns);
            await _cluster.Api.CreateAsync(new("", "v1", "namespaces", "Namespace", Namespaced: false), null, Encoding.UTF8.GetBytes(
                $$$"""{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "{{{ns}}}", "labels": {"tier": "together"} } }"""), ObjectDecoders.Ignore, cancellation: TestContext.Current.CancellationToken);
            (await CreateAsync(Kustomization, ns, "app")).IsSuspended().Should().BeTrue();
            await _cluster.UntilHeldAsync(Kustomization, ns, "app");
            watch.Resumed.Should().BeEmpty();
        }

        for (var i = 0; i < 20; i++)
        {
            var ns = await _cluster.NewNamespaceAsync();
            await using var watch = await ResumeWatch.StartAsync(_cluster, Kustomization, ns);
            await BindAsync("new", """{"gates": [{"name": "missing"}]}""", ns);
            await BornHeldAsync(Kustomization, ns, "app");
            await _cluster.UntilHeldAsync(Kustomization, ns, "app", "GateNotFound");
            watch.Resumed.Should().BeEmpty();
        }
    }

    [Fact]
    public async Task What_is_held_by_a_binding_that_the_watch_does_not_tell_of_stays_held_and_the_API_server_is_asked_for_it_with_back_off()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await guarded.Controller!.DisposeAsync();
        await using (var proxy = await RecordingProxy.StartAsync(_cluster.ControlPlane, "flux-system:sluice-controller"))
        await using (await RunningController.StartAsync(proxy.KubeconfigPath, ["--runtime-namespace=flux-system"]))
        {
            proxy.Withholds = IsWatch;
            await BindAsync("unseen", """{"gates": [{"name": "gate"}]}""", ns);
            await BornHeldAsync(Kustomization, ns, "app");
            await Eventually.GivesAsync("the bindings are asked for", () => Task.FromResult(Questions(proxy)), questions => questions > 0);
            proxy.Forget();
            await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, TestContext.Current.CancellationToken);
            Questions(proxy).Should().BeInRange(1, 6);
            (await _cluster.GetAsync(Kustomization, ns, "app"))!.IsSuspended().Should().BeTrue();

            proxy.Withholds = _ => false;
            await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        }

        await guarded.StartControllerAsync();

        bool IsWatch(string request) => request.Contains("/gatebindings?", StringComparison.Ordinal) && request.Contains("watch=", StringComparison.Ordinal);
        int Questions(RecordingProxy proxy) => proxy.Requests.Count(request => request.Contains($"/{ns}/gatebindings", StringComparison.Ordinal) && !IsWatch(request));
    }

    [Fact]
    public async Task An_object_whose_annotations_have_been_emptied_is_held_when_it_comes_to_be_selected()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", "{}");
        await CreateAsync(Kustomization, ns, "app");
        await _cluster.AnnotateAsync(Kustomization, ns, "app", "gating.toolkit.fluxcd.io/gates", null);
        await BindAsync("emptied", """{"gates": [{"name": "gate"}], "selector": {"matchLabels": {"gated": "yes"} } }""", ns);
        await Eventually.GivesAsync("the API server knows the binding", () => LabelAsync(ns, "yes", dryRun: true), answer => answer.IsSuspended());
        (await LabelAsync(ns, "yes")).IsSuspended().Should().BeTrue();
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
    }

    [Fact]
    public async Task What_a_binding_has_said_of_the_webhook_it_says_no_more_once_there_is_none()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await BindAsync("from-before", """{"gates": [{"name": "gate"}]}""", ns);
        await UntilMatchedAsync("from-before", 0, ns);
        await _cluster.Kubectl.RunAsync(
            ["apply", "--server-side", "--force-conflicts", "--subresource=status", $"--field-manager={FieldManagers.Controller}", "-f", "-"],
            $$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GateBinding
            metadata: {name: from-before, namespace: {{ns}} }
            status: {conditions: [{type: BornHeld, status: "False", reason: NoRoomForWebhook, message: "it was full", lastTransitionTime: "2026-01-01T00:00:00Z"}]}
            """,
            TestContext.Current.CancellationToken);
        await _cluster.UntilAsync(GateBindings.Resource, ns, "from-before", "is only Ready",
            found => found["status"]!["conditions"]!.AsArray().Select(condition => (string?)condition!["type"]).SequenceEqual(["Ready"]));
    }

    private async Task RefusedToLabelAsync(string ns, string holders, string gates) =>
        (await new Func<Task>(() => guarded.As("editor").RunAsync("-n", ns, "label", "ks/app", "gated-")).Should().ThrowAsync<KubectlException>())
            .Which.Error.Should().Contain($"labels of Kustomization {ns}/app cannot change while it is held by {holders}: a binding may select it by them, and no longer would")
            .And.Contain($"somebody who has the verb override on {gates}, as role sluice-admin gives it, which user editor has not");

    private async Task<string> NewNamespaceAsync(string labels) => await _cluster.NewNamespaceAsync(labels);

    private Task BindAsync(string name, string spec, string? inNamespace = null)
    {
        var resource = inNamespace is null ? GateBindings.ClusterResource : GateBindings.Resource;
        return _cluster.Api.CreateAsync(resource, inNamespace, Encoding.UTF8.GetBytes(
            $$$"""{"apiVersion": "{{{resource.ApiVersion}}}", "kind": "{{{resource.Kind}}}", "metadata": {"name": "{{{name}}}"}, "spec": {{{spec}}} }"""), ObjectDecoders.Ignore);
    }

    private Task<JsonNode> CreateAsync(ApiResource resource, string ns, string name, bool dryRun = false) =>
        _cluster.Api.CreateAsync(resource, ns, GatedSamples.Write(resource, ns, name, ""), Parse, new() { FieldManager = "author", DryRun = dryRun });

    /// <summary>Creates an object, which must be held by the very write; the API server takes a moment to know a binding.</summary>
    private async Task BornHeldAsync(ApiResource resource, string ns, string name)
    {
        await Eventually.GivesAsync("the API server knows the binding", () => CreateAsync(resource, ns, name, dryRun: true), born => born.IsSuspended());
        (await CreateAsync(resource, ns, name)).IsSuspended().Should().BeTrue();
    }

    private Task<JsonNode> LabelAsync(string ns, string value, bool dryRun = false) => _cluster.Api.MergePatchAsync(
        Kustomization, new(ns, "app"), Encoding.UTF8.GetBytes($$$"""{"metadata": {"labels": {"gated": "{{{value}}}"} } }"""), new() { FieldManager = "author", DryRun = dryRun }, Parse);

    private async Task<JsonNode> UntilMatchedAsync(string name, int count, string? inNamespace = null) =>
        (await _cluster.UntilAsync(inNamespace is null ? GateBindings.ClusterResource : GateBindings.Resource, inNamespace ?? "", name, $"has matched {count}",
            found => (int?)found["status"]?["matched"]?["count"] == count && (long?)found["status"]!["observedGeneration"] == (long?)found["metadata"]!["generation"]))["status"]!;

    private static JsonNode Ready(JsonNode status) => status["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == "Ready")!;

    private static JsonNode Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json)!;
}
