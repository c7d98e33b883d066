using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Bindings;
using Sluice.Controller.Tests.Bindings;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Below Kubernetes 1.36 the webhook is asked about what bindings select, each by conditions of its own.</summary>
public sealed class BindingWebhookTests(WebhookCluster webhook) : IClassFixture<WebhookCluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = webhook.Cluster;

    [Fact]
    public async Task What_only_a_binding_selects_is_created_held_owned_by_nobody_and_released_when_its_gates_open()
    {
        var ns = await webhook.NewNamespaceAsync();
        await webhook.BindAsync(ns, "selector: {kinds: [Kustomization]}");
        var born = await webhook.CreateAsync(Kustomization, ns, "app", null, """{"suspend": false}""");
        await BirthStory.IsHeldAndReleasedAsync(_cluster, Kustomization, ns, born);
    }

    [Fact]
    public async Task What_comes_to_be_selected_by_its_labels_is_held_with_that_write_and_what_a_person_resumes_is_held_too()
    {
        var ns = await webhook.NewNamespaceAsync();
        await webhook.BindAsync(ns, "selector: {matchLabels: {tier: prod}}");
        (await webhook.CreateAsync(Kustomization, ns, "app", null)).IsSuspended().Should().BeFalse("nothing selects it");
        (await PatchedAsync(ns, "app", """{"metadata": {"labels": {"tier": "prod"} } }""")).IsSuspended().Should().BeTrue();

        (await webhook.CreateAsync(Kustomization, ns, "paused", null, """{"suspend": true}""")).IsSuspended().Should().BeTrue("its author says so");
        // While its gate is opened, so that the controller has not held it itself by then.
        await _cluster.OpenAsync(ns, "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await PatchedAsync(ns, "paused", """{"metadata": {"labels": {"tier": "prod"} } }""");
        (await PatchedAsync(ns, "paused", """{"spec": {"suspend": false} }""")).IsSuspended().Should().BeTrue("it may never have been held: it begins anew");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "paused")).IsSuspended().Should().BeFalse("its gate is opened");
    }

    [Fact]
    public async Task What_no_binding_selects_is_not_asked_about_nor_what_a_binding_leaves_alone()
    {
        var ns = await webhook.NewNamespaceAsync();
        await webhook.BindAsync(ns, "selector: {kinds: [Kustomization]}, exclude: [{name: flux-system}]");
        var other = await webhook.NewNamespaceAsync();
        await webhook.CreateAsync(Kustomization, ns, "app", null);
        await _cluster.OpenAsync(ns, "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "app");
        await _cluster.UntilAsync(FluxResources.Gate, ns, "gate", "is opened", gate => gate.Condition("Opened", "status") == "True");
        var before = await webhook.CountRequestsAsync();
        before.Should().BePositive();

        await webhook.CreateAsync(Kustomization, other, "app", null);
        await webhook.CreateAsync(Kustomization, ns, "flux-system", null);
        await webhook.CreateAsync(FluxResources.All.Single(resource => resource.Kind == "GitRepository"), ns, "app", null);
        await _cluster.PatchAsync(Kustomization, ns, "app", """{"metadata": {"labels": {"a": "b"} } }""");
        (await webhook.CountRequestsAsync()).Should().Be(before);
    }

    [Fact]
    public async Task A_binding_that_is_deleted_is_asked_about_no_more_and_leaves_the_others_and_their_bundle_in_place()
    {
        var ns = await webhook.NewNamespaceAsync();
        await webhook.BindAsync(ns, "selector: {kinds: [Kustomization]}");
        var webhooks = await WebhooksAsync();
        webhooks.Select(one => (string)one!["clientConfig"]!["caBundle"]!).Distinct().Should().ContainSingle("all trust the same").Which.Should().NotBeNullOrEmpty();

        // As cert-manager's injector, which owns the bundle of every webhook then: an apply that leaves one out could not take it away.
        await _cluster.Kubectl.ApplyAsync($$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: sluice}
            webhooks: [{name: {{Name(ns)}}, clientConfig: {caBundle: {{webhooks[0]!["clientConfig"]!["caBundle"]}} } }]
            """, "cert-manager-cainjector", force: true);
        await _cluster.Kubectl.RunAsync("-n", ns, "delete", "gatebinding", "production");
        await Eventually.GivesAsync("it is asked about no more", WebhooksAsync, found => found.All(one => (string)one!["name"]! != Name(ns)));
        (await WebhooksAsync()).Select(one => (string)one!["name"]!).Should().Contain(["gated-objects.gating.toolkit.fluxcd.io", "gate-requests.gating.toolkit.fluxcd.io"]);
        await Eventually.GivesAsync("nothing is held", () => webhook.IsBornHeldAsync(ns), held => !held);
    }

    [Fact]
    public async Task A_binding_for_names_and_labels_that_no_object_can_have_takes_nothing_from_the_others()
    {
        var ns = await webhook.NewNamespaceAsync();
        await _cluster.Kubectl.ApplyAsync($$"""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: ClusterGateBinding
            metadata: {name: never-{{ns}} }
            spec: {gates: [{name: gate, namespace: {{ns}} }], selector: {names: ["' || true || '"], namespaceSelector: {matchLabels: {"not a label": "'"} } } }
            ---
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: ClusterGateBinding
            metadata: {name: never-{{ns}}-2}
            spec: {gates: [{name: gate, namespace: {{ns}} }], selector: {namespaceSelector: {matchLabels: {"a..b/x": "yes"} } } }
            """);
        await webhook.BindAsync(ns, """selector: {names: [app, "' || true || '"]}, exclude: [{name: "')"}]""");
        (await webhook.CreateAsync(Kustomization, ns, "app", null)).IsSuspended().Should().BeTrue();
        (await webhook.CreateAsync(Kustomization, ns, "another", null)).IsSuspended().Should().BeFalse();
        (await WebhooksAsync()).Should().NotContain(one => ((string)one!["name"]!).StartsWith("never-", StringComparison.Ordinal), "an API server would refuse the whole configuration for a label that cannot be");
        await _cluster.Kubectl.RunAsync("delete", "clustergatebinding", $"never-{ns}", $"never-{ns}-2");
    }

    [Fact]
    public async Task Bindings_that_would_fill_the_configuration_have_no_webhook_say_so_once_and_take_none_from_those_of_other_namespaces()
    {
        var (greedy, ns) = (await webhook.NewNamespaceAsync(), await webhook.NewNamespaceAsync());
        var names = string.Join(", ", Enumerable.Range(0, 150).Select(i => $"{i}{new string('a', 240)}"));
        foreach (var i in Enumerable.Range(0, 3))
        {
            await _cluster.Kubectl.ApplyAsync($$"""
                apiVersion: gating.toolkit.fluxcd.io/v1alpha1
                kind: GateBinding
                metadata: {name: greedy-{{i}}, namespace: {{greedy}} }
                spec: {gates: [{name: gate}], selector: {names: [{{names}}]} }
                """);
        }

        await webhook.BindAsync(ns, "selector: {kinds: [Kustomization]}");
        (await WebhooksAsync()).Select(one => ((string)one!["name"]!)[.."greedy-0".Length]).Where(name => name.StartsWith("greedy", StringComparison.Ordinal))
            .Should().Equal(["greedy-0"], "there is room for one binding like that in a namespace");

        var lacking = BornHeld(await UntilBornHeldAsync(greedy, "greedy-1", "False"))!;
        ((string?)lacking["reason"], (string?)lacking["status"]).Should().Be(("NoRoomForWebhook", "False"));
        ((string?)lacking["message"]).Should().StartWith("What it alone selects is not born held but held a moment after its creation, in which Flux may deploy it: the binding needs 4")
            .And.Contain($" KB of MutatingWebhookConfiguration sluice, of which those of namespace {greedy} may have 50 KB, and others have 4").And.Contain("Give it fewer names and exclusions");
        var second = await UntilBornHeldAsync(greedy, "greedy-2", "False");
        BornHeld(await UntilBornHeldAsync(greedy, "greedy-0", null)).Should().BeNull("there is room for it");

        // Neither other looks nor other leaders say it again.
        for (var i = 0; i < webhook.Controllers.Count; i++)
        {
            await webhook.Controllers[i].Process.TerminateAsync(TimeSpan.FromSeconds(25));
            await webhook.Controllers[i].DisposeAsync();
            webhook.Controllers[i] = await webhook.StartControllerAsync(webhook.Ports[i]);
        }

        await _cluster.Kubectl.RunAsync("-n", greedy, "delete", "gatebinding", "greedy-0");
        await UntilBornHeldAsync(greedy, "greedy-1", null);
        (await _cluster.GetAsync(GateBindings.Resource, greedy, "greedy-2"))!["metadata"]!["resourceVersion"]!.ToString()
            .Should().Be(second["metadata"]!["resourceVersion"]!.ToString(), "nothing has changed for it");
        (await _cluster.Kubectl.RunAsync("-n", greedy, "get", "events", "-o", "jsonpath={range .items[*]}{.involvedObject.name} {.type} {.reason} {.count}{\"\\n\"}{end}"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal)
            .Should().Equal("greedy-1 Warning NoRoomForWebhook 1", "greedy-2 Warning NoRoomForWebhook 1");
        await _cluster.Kubectl.RunAsync("-n", greedy, "delete", "gatebinding", "--all");
    }

    [Fact]
    public Task The_API_server_asks_about_just_what_the_controller_holds() => SelectionStory.WhatIsBornHeldIsWhatTheControllerHoldsAsync(_cluster);

    private static string Name(string ns) => $"production.{ns}.gatebindings.gating.toolkit.fluxcd.io";

    private Task<JsonNode> UntilBornHeldAsync(string ns, string binding, string? status) => _cluster.UntilAsync(
        GateBindings.Resource, ns, binding, $"has BornHeld {status ?? "no more"}", found => found["status"]?["conditions"] is not null && (string?)BornHeld(found)?["status"] == status);

    private static JsonNode? BornHeld(JsonNode binding) => binding["status"]!["conditions"]!.AsArray().SingleOrDefault(condition => (string?)condition!["type"] == "BornHeld");

    private async Task<JsonArray> WebhooksAsync() => (await _cluster.GetAsync(WebhookCluster.Configuration, "", "sluice"))!["webhooks"]!.AsArray();

    /// <summary>Patches, and gives the object as it was stored with that: what the controller does about it afterwards does not count.</summary>
    private Task<JsonNode> PatchedAsync(string ns, string name, string patch) => _cluster.Api.MergePatchAsync(
        Kustomization, new(ns, name), Encoding.UTF8.GetBytes(patch), new() { FieldManager = "flux" }, json => JsonNode.Parse(json)!, TestContext.Current.CancellationToken);
}
