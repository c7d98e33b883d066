using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Below Kubernetes 1.36 the controller's own webhook holds what is born and stamps who makes a request.</summary>
public sealed class WebhookTests(WebhookCluster webhook) : IClassFixture<WebhookCluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = webhook.Cluster;

    [Theory]
    [MemberData(nameof(BirthStory.Kinds), MemberType = typeof(BirthStory))]
    public async Task What_names_gates_is_created_held_owned_by_nobody_and_released_when_they_open(string kind)
    {
        var resource = FluxResources.All.Single(resource => resource.Kind == kind);
        var ns = await webhook.NewNamespaceAsync();
        var born = await webhook.CreateAsync(resource, ns, "app", "gate");
        await BirthStory.IsHeldAndReleasedAsync(_cluster, resource, ns, born);
    }

    [Fact]
    public async Task What_names_gates_in_its_spec_is_created_held()
    {
        var ns = await webhook.NewNamespaceAsync();
        (await webhook.CreateAsync(Kustomization, ns, "app", null, """{"gates": [{"name": "gate"}]}""")).IsSuspended().Should().BeTrue();
    }

    [Fact]
    public async Task A_manifest_that_says_suspend_false_is_born_held_and_applied_again_stays_held_and_nobody_owns_that_so_that_it_runs_when_its_gates_open()
    {
        var ns = await webhook.NewNamespaceAsync();
        var born = await webhook.ApplyAsync(Kustomization, ns, "app", "gate", """{"suspend": false}""");
        born.IsSuspended().Should().BeTrue();
        born.SuspendOwners().Should().BeEmpty("the API server keeps that the webhook has taken the field from its author");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");

        var again = await webhook.ApplyAsync(Kustomization, ns, "app", "gate", """{"suspend": false, "interval": "11m"}""");
        again.IsSuspended().Should().BeTrue();
        ((string)again["spec"]!["interval"]!).Should().Be("11m", "the rest is applied");
        again.SuspendOwners().Should().NotContain("kustomize-controller");

        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        await _cluster.OpenAsync(ns, "gate");
        (await _cluster.UntilReleasedAsync(Kustomization, ns, "app")).IsSuspended().Should().BeFalse();
    }

    [Fact]
    public async Task An_object_that_comes_to_name_other_gates_is_held_with_that_write()
    {
        var ns = await webhook.NewNamespaceAsync();
        (await webhook.CreateAsync(Kustomization, ns, "app", null)).IsSuspended().Should().BeFalse();
        var gated = await webhook.ApplyAsync(Kustomization, ns, "app", "gate");
        gated.IsSuspended().Should().BeTrue();
        gated.HeldBy().Should().Be("admission (NotDecidedYet)");
    }

    [Fact]
    public async Task An_object_that_its_author_suspends_is_theirs_and_stays_suspended_when_its_gates_open()
    {
        var ns = await webhook.NewNamespaceAsync();
        var born = await webhook.CreateAsync(Kustomization, ns, "app", "gate", """{"suspend": true}""");
        await BirthStory.StaysItsAuthorsAsync(_cluster, Kustomization, ns, born);
    }

    [Fact]
    public async Task A_hold_that_is_lifted_otherwise_is_refused_with_what_to_do()
    {
        var ns = await webhook.NewNamespaceAsync();
        await webhook.CreateAsync(Kustomization, ns, "app", "gate");
        await _cluster.UntilHeldAsync(Kustomization, ns, "app");
        var refused = (await new Func<Task>(() => _cluster.PatchAsync(Kustomization, ns, "app", """{"spec": {"suspend": false} }""", "flux")).Should().ThrowAsync<KubernetesApiException>()).Which;
        refused.IsForbidden.Should().BeTrue();
        refused.Message.Should().Contain($"is held by {ns}/gate (GateClosed)");
    }

    [Fact]
    public async Task What_names_no_gates_and_what_leaves_its_gates_as_they_are_is_not_asked_about()
    {
        var ns = await webhook.NewNamespaceAsync();
        await webhook.CreateAsync(Kustomization, ns, "gated", "gate");
        await _cluster.OpenAsync(ns, "gate");
        await _cluster.UntilReleasedAsync(Kustomization, ns, "gated");
        await _cluster.UntilAsync(FluxResources.Gate, ns, "gate", "is opened", gate => gate.Condition("Opened", "status") == "True");
        var before = await webhook.CountRequestsAsync();
        before.Should().BePositive();

        foreach (var resource in FluxResources.All)
        {
            await webhook.CreateAsync(resource, ns, "plain", null);
            await _cluster.PatchAsync(resource, ns, "plain", """{"metadata": {"labels": {"a": "b"} } }""");
        }

        await _cluster.PatchAsync(Kustomization, ns, "gated", """{"metadata": {"labels": {"a": "b"} } }""");
        await _cluster.AnnotateAsync(FluxResources.Gate, ns, "gate", "team", "sre");
        (await webhook.CountRequestsAsync()).Should().Be(before);

        await webhook.CreateAsync(Kustomization, ns, "another", "gate");
        (await webhook.CountRequestsAsync()).Should().Be(before + 1, "that is how they are counted");
    }

    [Fact]
    public async Task Who_makes_a_request_is_stamped_as_the_API_server_knows_them_whatever_the_request_claims()
    {
        var ns = await webhook.NewNamespaceAsync();
        await _cluster.Kubectl.RunAsync("-n", ns, "create", "rolebinding", "role", "--clusterrole=sluice-operator", "--user=alice@example.org");
        await _cluster.ControlPlane.KubectlFor("alice@example.org", "system:authenticated").RunAsync(
            "-n", ns, "annotate", "gate/gate", $"open.gate.fluxcd.io/requestedAt={TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}", "open.gate.fluxcd.io/requestedBy=bob@example.org");
        var opened = await _cluster.UntilAsync(FluxResources.Gate, ns, "gate", "is opened", gate => gate.Condition("Opened", "status") == "True");
        ((string?)opened["status"]!["requestedBy"]).Should().Be("alice@example.org");
    }

    [Fact]
    public async Task Nothing_of_the_configuration_is_changed_but_its_caBundle()
    {
        var found = (await _cluster.GetAsync(WebhookCluster.Configuration, "", "sluice"))!;
        foreach (var (now, before) in found["webhooks"]!.AsArray().Zip(webhook.Written["webhooks"]!.AsArray()))
        {
            ((string?)now!["clientConfig"]!["caBundle"]).Should().NotBeNullOrEmpty();
            now["clientConfig"]!.AsObject().Remove("caBundle");
            JsonNode.DeepEquals(now, before).Should().BeTrue();
        }

        var owned = found["metadata"]!["managedFields"]!.AsArray().Where(entry => (string?)entry!["manager"] == "sluice").SelectMany(entry => entry!["fieldsV1"]!.AsObject()).ToList();
        owned.Should().ContainSingle().Which.Key.Should().Be("f:webhooks");
        owned[0].Value!.ToJsonString().Replace("f:caBundle", "", StringComparison.Ordinal).Replace("f:clientConfig", "", StringComparison.Ordinal).Replace("f:name", "", StringComparison.Ordinal)
            .Should().NotContain("\"f:", "it owns the bundle and, by which it is found, the name");
    }

    [Fact]
    public async Task The_replica_that_does_not_lead_serves_too()
    {
        await CertificateHandshakes.ServedBothAsync(webhook);
    }
}
