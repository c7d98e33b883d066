using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>A gate in production that asks how the same revision is doing in dev.</summary>
public sealed class SoakTests(ApprovingCluster approving) : IClassFixture<ApprovingCluster>
{
    private const string A = "main@sha1:aa";
    private const string B = "main@sha1:bb";
    private const string FromAnywhere = ", accessFrom: {namespaceSelectors: [{}]}";

    private Cluster Cluster => approving.Cluster;

    [Fact]
    public async Task Dev_deploys_at_once_and_staging_and_then_production_what_has_been_healthy_before_them_for_the_soak_time_with_no_pipeline()
    {
        await using var controller = await approving.StartControllerAsync();
        await using var dev = await GatedApp.StartAsync(Cluster, """{"default": "opened"}""");
        await dev.GateAsync(FromAnywhere);
        await using var staging = await GatedApp.StartAsync(Cluster, Gate(dev.Namespace, "3s"), like: dev);
        await staging.GateAsync(FromAnywhere);
        await using var prod = await GatedApp.StartAsync(Cluster, Gate(staging.Namespace, "3s"), like: dev);
        await prod.GateAsync();

        var a = await dev.CommitAsync("A");
        await dev.UntilDeployedAsync("A");
        await staging.UntilSourceAsync("waits for the soak time", source => Approved(source).Contains("it has been healthy since", StringComparison.Ordinal));
        (await staging.DeployedAsync()).Should().BeNull();
        await staging.UntilDeployedAsync("A");
        (await prod.DeployedAsync()).Should().BeNull();
        await prod.UntilDeployedAsync("A");

        foreach (var (earlier, later) in new[] { (dev, staging), (staging, prod) })
        {
            var before = (await earlier.SourceAsync())!["status"]!["history"]![0]!;
            var released = (await later.SourceAsync())!["status"]!["released"]!;
            ((string?)released["revision"]).Should().Be(a);
            (At(released["at"]) - At(before["healthySince"])).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3));
            At(before["healthySince"]).Should().BeOnOrAfter(At(before["at"]), "it was not healthy before it was deployed");
        }
    }

    [Fact]
    public async Task A_soak_time_goes_on_while_Flux_looks_again_and_over_a_restart_and_begins_again_after_a_failure()
    {
        await using var controller = await approving.StartControllerAsync();
        var dev = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""", gated: FromAnywhere);
        var prod = await PlayedSource.StartAsync(Cluster, gate: Gate(dev.Namespace, "1h"));
        await dev.FetchAsync(A, "sha256:01");
        await prod.FetchAsync(A, "sha256:01");
        await prod.UntilAsync("says that nothing deploys it", gated => Approved(gated).Contains("no Kustomization and no HelmRelease deploys from the target", StringComparison.Ordinal));

        await CreateConsumerAsync(dev);
        await PlayConsumerAsync(dev, A, "True");
        var since = HealthySince(await dev.UntilAsync("is healthy", gated => HealthySince(gated) is not null));
        await prod.UntilAsync("waits for the end of it", gated => Approved(gated).Contains($"healthy since {since}", StringComparison.Ordinal));

        await PlayConsumerAsync(dev, A, "Unknown");
        await dev.LookedAtAgainAsync();
        await PlayConsumerAsync(dev, A, "True");
        controller.Process.Kill();
        await using var again = await approving.StartControllerAsync();
        await dev.LookedAtAgainAsync();
        HealthySince((await dev.GatedAsync())!).Should().Be(since);
        // Nor has a target that is suspended fallen ill before source-controller says anything of that.
        await Cluster.PatchAsync(dev.Kind, dev.Namespace, "app-gated", """{"spec": {"suspend": true}}""");
        await dev.LookedAtAgainAsync();
        HealthySince((await dev.GatedAsync())!).Should().Be(since);

        await PlayConsumerAsync(dev, A, "False");
        await dev.UntilAsync("is not healthy", gated => gated.Condition("Healthy", "status") == "False" && HealthySince(gated) is null);
        await prod.UntilAsync("says so", gated => Approved(gated).Contains($"it is not healthy: Kustomization/{dev.Namespace}/app is not ready", StringComparison.Ordinal));
        await PlayConsumerAsync(dev, A, "True");
        (await dev.UntilAsync("is healthy again", gated => HealthySince(gated) is not null)).Condition("Healthy", "reason").Should().Be("ConsumersReady");
        GatedApp.Released((await prod.GatedAsync())!, "revision").Should().BeNull();
    }

    [Fact]
    public async Task What_dev_has_not_released_or_has_gone_back_from_does_not_pass()
    {
        await using var controller = await approving.StartControllerAsync();
        var dev = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""", gated: FromAnywhere);
        var prod = await PlayedSource.StartAsync(Cluster, gate: Gate(dev.Namespace, "0s"));
        await CreateConsumerAsync(dev);
        await dev.FetchAsync(A, "sha256:01");
        await dev.UntilReleasedAsync(A);
        await PlayConsumerAsync(dev, A, "True");
        await prod.FetchAsync(A, "sha256:01");
        await prod.UntilReleasedAsync(A);

        await prod.FetchAsync(B, "sha256:02");
        await prod.UntilAsync("says that dev has not", gated => Approved(gated).Contains($"has not released {B}, but {A}", StringComparison.Ordinal));
        await dev.FetchAsync(B, "sha256:02");
        await dev.UntilReleasedAsync(B);
        await prod.UntilAsync("says that it is not deployed in dev", gated => Approved(gated).Contains($"has not deployed {B} yet", StringComparison.Ordinal));
        await Cluster.PatchAsync(GatedApp.GatedSource, dev.Namespace, "app", $$"""
            {"metadata": {"annotations": {"gating.toolkit.fluxcd.io/rollback-to": "{{A}}", "gating.toolkit.fluxcd.io/rollback-requestedAt": "1"} } }
            """);
        await dev.UntilReleasedAsync(A);
        await PlayConsumerAsync(dev, B, "True");
        (await prod.UntilAsync("says that dev has gone back", gated => Approved(gated).Contains($"was rolled back to what it had before {B}", StringComparison.Ordinal)))
            .Condition("Approved", "reason").Should().Be("CheckNotPassed");
        GatedApp.Released((await prod.GatedAsync())!, "revision").Should().Be(A);
    }

    [Fact]
    public async Task Whom_the_other_gated_source_does_not_admit_learns_nothing_of_it_and_waits_and_a_plain_object_waits_too()
    {
        await using var controller = await approving.StartControllerAsync();
        var dev = await PlayedSource.StartAsync(Cluster, gate: """{"default": "opened"}""");
        var prod = await PlayedSource.StartAsync(Cluster, gate: Gate(dev.Namespace, "0s"));
        await CreateConsumerAsync(dev);
        await dev.FetchAsync(A, "sha256:01");
        await PlayConsumerAsync(dev, A, "True");
        await dev.UntilAsync("is healthy", gated => HealthySince(gated) is not null);
        await prod.FetchAsync(A, "sha256:01");
        var denied = Approved(await prod.UntilAsync("waits", gated => Approved(gated).Contains("is not accessible", StringComparison.Ordinal)));
        await Cluster.Kubectl.RunAsync("-n", dev.Namespace, "delete", "gatedsource", "app");
        await prod.LookedAtAgainAsync();
        Approved((await prod.GatedAsync())!).Should().Be(denied, "whether it exists is not told");

        await dev.GateAsync(FromAnywhere);
        await prod.UntilReleasedAsync(A);

        await Cluster.CreateGatedAsync(FluxResources.Kustomization, prod.Namespace, "plain", "release");
        var plain = await Cluster.UntilAsync(FluxResources.Kustomization, prod.Namespace, "plain", "is held", gated => gated.Condition("Approved", "reason") == "CheckNeedsRevision");
        plain.Condition("Approved", "message").Should().Contain("has the check 'healthy-in-dev', which is about one revision and needs a GatedSource");
    }

    private static string Gate(string dev, string soak) => $$"""
        {"default": "opened", "checks": [{"name": "healthy-in-dev", "resource": {"kind": "GatedSource", "namespace": "{{dev}}", "name": "app", "soak": "{{soak}}"} }] }
        """;

    private static string Approved(JsonNode gated) => gated.Condition("Approved", "message") ?? "";

    private static string? HealthySince(JsonNode gated) => GatedApp.Released(gated, "healthySince");

    private static DateTimeOffset At(JsonNode? time) => DateTimeOffset.Parse(time!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);

    private Task CreateConsumerAsync(PlayedSource dev) => Cluster.Kubectl.ApplyAsync($$"""
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: app, namespace: {{dev.Namespace}}}
        spec: {interval: 1h, prune: true, sourceRef: {kind: GitRepository, name: app-gated} }
        """);

    /// <summary>Plays kustomize-controller, which has deployed a revision and says how that went.</summary>
    private async Task PlayConsumerAsync(PlayedSource dev, string revision, string ready)
    {
        var generation = (await Cluster.GetAsync(FluxResources.Kustomization, dev.Namespace, "app"))!["metadata"]!["generation"];
        await Cluster.PatchAsync(FluxResources.Kustomization, dev.Namespace, "app", $$"""
            {"status": {"observedGeneration": {{generation}}, "lastAppliedRevision": "{{revision}}",
              "conditions": [{"type": "Ready", "status": "{{ready}}", "reason": "Played", "message": "played", "lastTransitionTime": "2026-11-26T12:00:00Z", "observedGeneration": {{generation}} }] } }
            """, "kustomize-controller", "status");
    }
}
