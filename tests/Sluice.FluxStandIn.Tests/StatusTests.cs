using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace Sluice.FluxStandIn.Tests;

public sealed class StatusTests(RunningControlPlane running)
{
    [Fact]
    public async Task A_condition_of_another_controller_that_comes_during_a_reconciliation_survives_it()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane, options => options with { ReconcileDelay = TimeSpan.FromSeconds(2) });
        var revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync(interval: "1h");
        var atWork = await flux.ObjectAsync(
            "Kustomization", "app", obj => Conditions.Find(obj, "Reconciling").Text("message")?.StartsWith("Fetching", StringComparison.Ordinal) == true, "it is at work");
        var conditions = Conditions.List(atWork).DeepClone().AsArray();
        conditions.Add(JsonNode.Parse("""{"type":"Approved","status":"True","reason":"GateOpened","message":"by a test","lastTransitionTime":"2026-01-01T00:00:00Z"}"""));
        await flux.PatchAsync("Kustomization", "app", $$$"""{"status":{"conditions":{{{conditions.ToJsonString()}}}}}""", "sluice", "status");

        var kustomization = await flux.AppliedAsync(revision);
        Conditions.Find(kustomization, "Approved").Text("message").Should().Be("by a test");
        Conditions.List(kustomization).Select(condition => condition.Text("type")).Should().BeEquivalentTo("Ready", "Approved");
    }

    [Fact]
    public async Task The_status_belongs_to_the_field_managers_of_Flux_and_the_finalizer_is_theirs()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1"))));

        var source = (await flux.FindAsync("GitRepository", "app"))!;
        var kustomization = (await flux.FindAsync("Kustomization", "app"))!;
        StatusManagers(source).Should().Equal("gotk-source-controller");
        StatusManagers(kustomization).Should().Equal("gotk-kustomize-controller");
        kustomization.At("metadata", "finalizers")!.ToJsonString().Should().Be("""["finalizers.fluxcd.io"]""");

        static IEnumerable<string?> StatusManagers(JsonObject obj) =>
            obj.Objects("metadata", "managedFields").Where(entry => entry.Text("subresource") == "status").Select(entry => entry.Text("manager"));
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_said_in_the_conditions_of_the_source()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        await flux.ApplyAppAsync();
        await flux.PatchAsync("GitRepository", "app", """{"spec":{"url":"https://git.example/elsewhere.git"}}""");

        var source = await flux.ObjectAsync("GitRepository", "app", obj => Conditions.Find(obj, "Ready").Text("message")?.Contains("elsewhere", StringComparison.Ordinal) == true, "Ready names it");
        Conditions.Find(source, "Ready").Text("reason").Should().Be("GitOperationFailed");
        Conditions.IsTrue(source, "FetchFailed").Should().BeTrue();
        await flux.ObjectAsync("Kustomization", "app", obj => Conditions.Find(obj, "Ready").Text("reason") == "ArtifactFailed", "it waits for an artifact");
    }

    [Fact]
    public async Task A_dependent_waits_and_with_the_same_source_a_suspended_dependency_holds_it_back()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var first = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")), ("more/two.yaml", flux.ConfigMap("two", "1")));
        await flux.ApplyAppAsync(", dependsOn: [{name: base}]");
        await flux.ObjectAsync("Kustomization", "app", obj => Conditions.Find(obj, "Ready").Text("reason") == "DependencyNotReady", "it waits for base");
        (await flux.FindAsync("ConfigMap", "one")).Should().BeNull();

        await flux.ApplyAsync(
            """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: base, namespace: NAMESPACE}
            spec: {interval: 1s, prune: true, path: ./more, sourceRef: {kind: GitRepository, name: app}}
            """);
        await flux.AppliedAsync(first);

        await flux.SuspendAsync("Kustomization", "base");
        await flux.ReconcileAsync("Kustomization", "base");
        await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "2")));
        var held = await flux.ObjectAsync("Kustomization", "app", obj => Conditions.Find(obj, "Ready").Text("reason") == "DependencyNotReady", "it waits for base again");
        Conditions.Find(held, "Ready").Text("message").Should().Be($"dependency '{flux.Namespace}/base' revision is not up to date");
        (await flux.ValueOfAsync("one")).Should().Be("1");
    }

    [Fact]
    public async Task The_counters_are_served_beside_the_artifacts()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1"))));

        using var http = new HttpClient();
        var counters = await http.GetStringAsync(new Uri(flux.StorageAddress, "reconciles"), TestContext.Current.CancellationToken);
        counters.Should().Contain($$"""{"kind":"Kustomization","namespace":"{{flux.Namespace}}","name":"app","started":""");
    }
}
