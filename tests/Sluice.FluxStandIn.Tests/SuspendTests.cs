using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace Sluice.FluxStandIn.Tests;

public sealed class SuspendTests(RunningControlPlane running)
{
    [Fact]
    public async Task A_suspended_Kustomization_applies_nothing_consumes_requests_and_resumes_to_the_latest_revision()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var first = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(first);
        await flux.SuspendAsync("Kustomization", "app");
        await flux.ObjectAsync("Kustomization", "app", obj => obj.Number("status", "observedGeneration") == obj.Generation(), "the suspension is observed, since it was Ready");
        var reconciled = flux.Count("Kustomization", "app").Started;

        await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "2")));
        var latest = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "3")));
        await flux.ObjectAsync("GitRepository", "app", obj => obj.Text("status", "artifact", "revision") == latest, $"its artifact is {latest}");
        await flux.DeleteAsync("ConfigMap", "one");
        var suspended = await flux.ReconcileAsync("Kustomization", "app");

        Conditions.Find(suspended, "Ready").Text("message").Should().Be($"Applied revision: {first}", "the conditions are frozen");
        (await flux.FindAsync("ConfigMap", "one")).Should().BeNull("drift is not corrected while suspended");
        flux.Count("Kustomization", "app").Started.Should().Be(reconciled);

        await flux.SuspendAsync("Kustomization", "app", suspend: false);
        await flux.AppliedAsync(latest);
        (await flux.ValueOfAsync("one")).Should().Be("3");
    }

    [Fact]
    public async Task A_suspended_source_takes_note_of_a_new_spec_in_its_status_and_its_condition_though_its_artifact_is_of_the_old_one()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();
        var before = await flux.ObjectAsync("GitRepository", "app", obj => obj.Text("status", "artifact", "revision") == revision && Conditions.IsTrue(obj, "Ready"), "it is fetched");
        await flux.PatchAsync("GitRepository", "app", """{"spec":{"suspend":true,"ignore":"/deploy"}}""");
        var suspended = await flux.ObjectAsync(
            "GitRepository", "app", obj => obj.Number("status", "observedGeneration") == obj.Generation() && Conditions.Find(obj, "Ready").Number("observedGeneration") == obj.Generation(), "the suspension is observed");
        Conditions.IsTrue(suspended, "Ready").Should().BeTrue();
        suspended.Text("status", "artifact", "digest").Should().Be(before.Text("status", "artifact", "digest"));
        suspended.Generation().Should().NotBe(before.Generation());
    }

    [Fact]
    public async Task A_reconciliation_that_has_begun_finishes_after_the_suspension()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane, options => options with { ReconcileDelay = TimeSpan.FromSeconds(2) });
        var revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();
        await flux.ObjectAsync(
            "Kustomization", "app", obj => Conditions.Find(obj, "Reconciling").Text("message")?.StartsWith("Fetching", StringComparison.Ordinal) == true, "it is at work");
        await flux.SuspendAsync("Kustomization", "app");
        (await flux.FindAsync("ConfigMap", "one")).Should().BeNull("it was suspended before the apply, or this test says nothing");

        await flux.AppliedAsync(revision);
        (await flux.ValueOfAsync("one")).Should().Be("1");
        await flux.UntilAsync(() => Task.FromResult(flux.Count("Kustomization", "app").Suspended > 0), () => "the suspension is seen afterwards", () => flux.Count("Kustomization", "app").ToString());
        var finished = flux.Count("Kustomization", "app").Count;
        await flux.ReconcileAsync("Kustomization", "app");
        flux.Count("Kustomization", "app").Count.Should().Be(finished, "nothing begins while it is suspended");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deleting_a_suspended_Kustomization_orphans_its_workloads_and_deleting_another_prunes_them(bool suspend)
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(revision);
        await flux.SuspendAsync("Kustomization", "app", suspend);

        await flux.DeleteAsync("Kustomization", "app");
        await flux.GoneAsync("Kustomization", "app");
        if (suspend)
            (await flux.ValueOfAsync("one")).Should().Be("1");
        else
            await flux.GoneAsync("ConfigMap", "one");
    }

    [Fact]
    public async Task A_suspended_source_keeps_its_artifact_until_the_storage_loses_it()
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        var first = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1")));
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(first);
        await flux.SuspendAsync("GitRepository", "app");
        await flux.ReconcileAsync("GitRepository", "app");

        await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "2")));
        await flux.DeleteAsync("ConfigMap", "one");
        await flux.ObjectAsync("ConfigMap", "one", obj => obj.Text("data", "value") == "1", "drift is corrected with the artifact of before");

        // Another start with a new temporary folder at another address, as source-controller's emptyDir: the status points at nothing.
        await flux.RestartAsync();
        var kustomization = await flux.ObjectAsync("Kustomization", "app", obj => Conditions.IsFalse(obj, "Ready"), "its source has no artifact");
        Conditions.Find(kustomization, "Ready").Text("reason").Should().Be("ArtifactFailed");
        (await flux.FindAsync("GitRepository", "app")).Text("status", "artifact", "revision").Should().Be(first);
    }

    public static TheoryData<string, string, string> OtherKinds() => new()
    {
        { "helm.toolkit.fluxcd.io/v2", "HelmRelease", "{interval: 1h, chartRef: {kind: HelmChart, name: app}}" },
        { "source.toolkit.fluxcd.io/v1", "OCIRepository", "{interval: 1h, url: 'oci://charts.example/app'}" },
        { "source.toolkit.fluxcd.io/v1", "Bucket", "{interval: 1h, bucketName: app, endpoint: s3.example}" },
        { "source.toolkit.fluxcd.io/v1", "HelmRepository", "{interval: 1h, url: 'https://charts.example'}" },
        { "source.toolkit.fluxcd.io/v1", "HelmChart", "{interval: 1h, chart: app, sourceRef: {kind: HelmRepository, name: app}}" },
        { "image.toolkit.fluxcd.io/v1", "ImageRepository", "{interval: 1h, image: images.example/app}" },
        { "image.toolkit.fluxcd.io/v1", "ImagePolicy", "{imageRepositoryRef: {name: app}, policy: {semver: {range: '*'}}}" },
        { "image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation", "{interval: 1h, sourceRef: {kind: GitRepository, name: app}}" },
    };

    [Theory]
    [MemberData(nameof(OtherKinds))]
    public async Task Every_other_kind_is_reconciled_on_request_unless_it_is_suspended(string apiVersion, string kind, string spec)
    {
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane);
        await flux.ApplyAsync($"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{name: app, namespace: NAMESPACE}}\nspec: {spec}\n");
        await flux.ObjectAsync(kind, "app", IsReady, "it is Ready");
        await flux.ReconcileAsync(kind, "app");
        flux.Count(kind, "app").Count.Should().Be(2);

        await flux.SuspendAsync(kind, "app");
        await flux.ObjectAsync(kind, "app", IsReady, "the suspension is observed");
        await flux.ReconcileAsync(kind, "app");
        flux.Count(kind, "app").Started.Should().Be(2);

        await flux.SuspendAsync(kind, "app", suspend: false);
        await flux.UntilAsync(() => Task.FromResult(flux.Count(kind, "app").Count == 3), () => $"{kind} is reconciled once it is resumed", () => flux.Count(kind, "app").ToString());
        await flux.DeleteAsync(kind, "app");
        await flux.GoneAsync(kind, "app");

        static bool IsReady(System.Text.Json.Nodes.JsonObject obj) =>
            Conditions.IsTrue(obj, "Ready") && Conditions.Find(obj, "Reconciling") is null && obj.Number("status", "observedGeneration") == obj.Generation();
    }
}
