using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace Sluice.FluxStandIn.Tests;

public sealed class ApplyTests(RunningControlPlane running)
{
    [Fact]
    public async Task A_commit_becomes_an_artifact_and_is_applied()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var first = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();

        var kustomization = await flux.AppliedAsync(first);
        (await flux.ValueOfAsync("one")).Should().Be("1");
        Conditions.Find(kustomization, "Ready").Text("message").Should().Be($"Applied revision: {first}");
        Conditions.Find(kustomization, "Reconciling").Should().BeNull();
        kustomization.Text("status", "lastAttemptedRevision").Should().Be(first);
        kustomization.Objects("status", "inventory", "entries").Select(entry => entry.Text("id")).Should().Equal($"{flux.Namespace}_one__ConfigMap");

        var source = (await flux.FindAsync("GitRepository", "app"))!;
        source.Text("status", "artifact", "revision").Should().Be(first);
        source.Text("status", "artifact", "url").Should().StartWith(flux.StorageAddress.ToString());
        Conditions.Find(source, "ArtifactInStorage").Text("message").Should().Be($"stored artifact for revision '{first}'");

        var second = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "2")));
        await flux.AppliedAsync(second);
        (await flux.ValueOfAsync("one")).Should().Be("2");
    }

    [Fact]
    public async Task The_digest_of_an_artifact_depends_on_the_content_alone()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var first = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(first);
        var digest = (await flux.FindAsync("GitRepository", "app")).Text("status", "artifact", "digest");

        var second = await flux.Git.CommitAsync();
        second.Should().NotBe(first);
        var source = await flux.ObjectAsync("GitRepository", "app", obj => obj.Text("status", "artifact", "revision") == second, $"its artifact is {second}");
        source.Text("status", "artifact", "digest").Should().Be(digest);
    }

    [Fact]
    public async Task A_source_pinned_to_a_commit_stays_there()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var first = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "2")));
        await flux.ApplyAppAsync();
        await flux.PatchAsync("GitRepository", "app", $$$"""{"spec":{"ref":{"commit":"{{{first[^40..]}}}"} } }""");

        await flux.AppliedAsync(first);
        await flux.ReconcileAsync("GitRepository", "app");
        (await flux.ValueOfAsync("one")).Should().Be("1");
    }

    [Fact]
    public async Task A_deleted_object_comes_back_within_the_interval()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(revision);

        await flux.DeleteAsync("ConfigMap", "one");
        await flux.ObjectAsync("ConfigMap", "one", _ => true, "is there again");
    }

    [Fact]
    public async Task An_object_that_left_Git_is_pruned_unless_it_says_otherwise()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var kept = flux.ConfigMap("kept", "1").Replace("name: kept", "name: kept, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}", StringComparison.Ordinal);
        var first = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")), ("deploy/two.yaml", flux.ConfigMap("two", "1")), ("deploy/kept.yaml", kept));
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(first);

        var second = await flux.Git.CommitAsync(("deploy/two.yaml", null), ("deploy/kept.yaml", null));
        await flux.AppliedAsync(second);
        (await flux.FindAsync("ConfigMap", "two")).Should().BeNull();
        (await flux.ValueOfAsync("one")).Should().Be("1");
        (await flux.ValueOfAsync("kept")).Should().Be("1");
    }

    [Theory]
    [InlineData("kubectl-edit")]
    [InlineData("before-first-apply")]
    public async Task What_kubectl_set_is_taken_over_and_vanishes(string fieldManager)
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync(interval: "1h");
        await flux.AppliedAsync(revision);
        await flux.PatchAsync("ConfigMap", "one", """{"data":{"value":"edited","extra":"by hand"}}""", fieldManager);
        await flux.PatchAsync("ConfigMap", "one", """{"data":{"other":"kept"}}""", "another-controller");

        await flux.ReconcileAsync("Kustomization", "app");
        var configMap = (await flux.FindAsync("ConfigMap", "one"))!;
        configMap["data"]!.ToJsonString().Should().Be("""{"other":"kept","value":"1"}""");
        configMap.Objects("metadata", "managedFields").Select(entry => entry.Text("manager")).Should().BeEquivalentTo("kustomize-controller", "another-controller");
    }

    [Theory]
    [InlineData(false, """{"value":"1"}""")]
    [InlineData(true, """{"extra":"by hand","value":"1"}""")]
    public async Task What_kubectl_applied_before_Flux_is_taken_over_unless_the_object_says_Merge(bool merge, string expected)
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var byHand = flux.ConfigMap("one", "1").Replace("\"1\"", "\"1\", extra: by hand", StringComparison.Ordinal);
        await running.ControlPlane.Kubectl.RunAsync(["apply", "-f", "-"], byHand, TestContext.Current.CancellationToken);
        await flux.ApplyAppAsync(interval: "1h");
        var fromGit = flux.ConfigMap("one", "1");
        if (merge)
            fromGit = fromGit.Replace("name: one", "name: one, annotations: {kustomize.toolkit.fluxcd.io/ssa: Merge}", StringComparison.Ordinal);
        await flux.AppliedAsync(await flux.Git.CommitAsync(("deploy/one.yaml", fromGit)));

        (await flux.FindAsync("ConfigMap", "one"))!["data"]!.ToJsonString().Should().Be(expected);
    }

    [Fact]
    public async Task What_has_not_drifted_keeps_its_resource_version()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(revision);
        var before = (await flux.FindAsync("ConfigMap", "one")).Text("metadata", "resourceVersion");

        await flux.ReconcileAsync("Kustomization", "app");
        (await flux.FindAsync("ConfigMap", "one")).Text("metadata", "resourceVersion").Should().Be(before);
    }

    [Fact]
    public async Task A_folder_with_a_kustomization_is_built_and_the_target_namespace_is_set()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var revision = await flux.Git.CommitAsync(
            ("deploy/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [one.yaml]\n"),
            ("deploy/one.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {value: \"1\"}\n"),
            ("deploy/two.yaml", "not: an object\n"));
        await flux.ApplyAppAsync($", targetNamespace: {flux.Namespace}");

        await flux.AppliedAsync(revision);
        (await flux.ValueOfAsync("one")).Should().Be("1");
    }

    [Theory]
    [InlineData("metadata: {name: one}", "BuildFailed", "ConfigMap/one namespace not specified")]
    [InlineData("metadata: {name: Not_Valid, namespace: NAMESPACE}", "ReconciliationFailed", "dry-run failed (Invalid)")]
    public async Task What_cannot_be_applied_is_said_in_Ready_and_tried_again(string metadata, string reason, string message)
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        await flux.Git.CommitAsync(("deploy/one.yaml", $"apiVersion: v1\nkind: ConfigMap\n{metadata.Replace("NAMESPACE", flux.Namespace, StringComparison.Ordinal)}\n"));
        await flux.ApplyAppAsync(", retryInterval: 1s", interval: "1h");

        var kustomization = await flux.ObjectAsync("Kustomization", "app", obj => Conditions.Find(obj, "Ready").Text("reason") == reason, $"Ready has reason {reason}");
        Conditions.Find(kustomization, "Ready").Text("status").Should().Be("False");
        Conditions.Find(kustomization, "Ready").Text("message").Should().Contain(message);
        Conditions.Find(kustomization, "Reconciling").Text("reason").Should().Be("ProgressingWithRetry");
        kustomization.Number("status", "observedGeneration").Should().Be(-1, "a Kustomization observes a generation when it is Ready");

        var revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.AppliedAsync(revision);
    }

    [Fact]
    public async Task With_wait_a_workload_that_does_not_get_ready_fails_the_health_check()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        await flux.Git.CommitAsync(("deploy/web.yaml",
            $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: {{flux.Namespace}} }
            spec:
              selector: {matchLabels: {app: web} }
              template:
                metadata: {labels: {app: web} }
                spec: {containers: [{name: web, image: "web:1"}] }
            """));
        await flux.ApplyAppAsync(", wait: true, timeout: 1s, retryInterval: 1h");

        var kustomization = await flux.ObjectAsync("Kustomization", "app", obj => Conditions.Find(obj, "Ready").Text("reason") == "HealthCheckFailed", "its health check fails");
        Conditions.Find(kustomization, "Healthy").Text("status").Should().Be("False");
        Conditions.Find(kustomization, "Healthy").Text("message").Should().Contain($"Deployment/{flux.Namespace}/web");
        kustomization.Text("status", "lastAttemptedRevision").Should().NotBeNull();
        kustomization.Text("status", "lastAppliedRevision").Should().BeNull("nothing counts as applied before it is healthy");
    }
}
