using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace Sluice.FluxStandIn.Tests;

public sealed class HelmReleaseTests(RunningControlPlane running)
{
    private const string Repository = """
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: HelmRepository
        metadata: {name: charts, namespace: NAMESPACE}
        spec: {url: "https://charts.example.org/charts", interval: 1h}
        """;

    private const string Chart = """{interval: 1s, chart: app, version: 1.x, sourceRef: {kind: HelmRepository, name: charts} }""";

    [Fact]
    public async Task A_release_follows_its_chart_and_has_versions_history_and_conditions_as_helm_controller_writes_them()
    {
        using var charts = new TestCharts();
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane, options => options with { ChartRoot = charts.Root });
        await charts.PushAsync("1.9.0", flux.ConfigMap("one", "1"));
        await charts.PushAsync("2.0.0", flux.ConfigMap("one", "out of the range"));
        await flux.ApplyAsync(Repository);
        await ApplyAsync(flux, "HelmChart", Chart);
        var installed = await ReadyAsync(flux, "1.9.0");
        (await flux.FindAsync("HelmChart", "app")).Text("status", "artifact", "revision").Should().Be("1.9.0");
        Conditions.Find(installed, "Ready").Text("reason").Should().Be("InstallSucceeded");
        Conditions.IsTrue(installed, "Released").Should().BeTrue();
        installed.At("status", "lastAttemptedRevisionDigest").Should().BeNull();

        await charts.PushAsync("1.10.0", flux.ConfigMap("two", "2"));
        var upgraded = await ReadyAsync(flux, "1.10.0");
        upgraded.Objects("status", "history").Select(release => (release.Text("chartVersion"), release.Text("status"), release.Number("version")))
            .Should().Equal(("1.10.0", "deployed", 2), ("1.9.0", "superseded", 1));
        upgraded.Text("status", "lastAttemptedReleaseAction").Should().Be("upgrade");
        (await flux.FindAsync("ConfigMap", "one")).Should().BeNull("it is not in the chart any more");

        await flux.DeleteAsync("ConfigMap", "two");
        await flux.ReconcileAsync("HelmRelease", "app");
        (await flux.FindAsync("ConfigMap", "two")).Should().BeNull("Helm corrects no drift");
        await charts.PushAsync("1.11.0", flux.ConfigMap("two", "3"));
        await ReadyAsync(flux, "1.11.0");
        await flux.DeleteAsync("HelmRelease", "app");
        await flux.GoneAsync("HelmRelease", "app");
        (await flux.FindAsync("ConfigMap", "two")).Should().BeNull("it is uninstalled");
    }

    [Fact]
    public async Task A_chart_out_of_a_registry_is_told_by_the_digest_of_its_image_and_pinned_by_it()
    {
        using var charts = new TestCharts();
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane, options => options with { ChartRoot = charts.Root });
        await charts.PushAsync("1.0.0", flux.ConfigMap("one", "1"));
        await ApplyAsync(flux, "OCIRepository", """{interval: 1s, url: "oci://registry.example.org/charts/app", ref: {semver: 1.x} }""");
        var source = await flux.ObjectAsync("OCIRepository", "app", obj => Conditions.IsTrue(obj, "Ready"), "it is Ready");
        var revision = source.Text("status", "artifact", "revision")!;
        revision.Should().MatchRegex("^1\\.0\\.0@sha256:[0-9a-f]{64}$");
        var image = revision["1.0.0@".Length..];
        image.Should().NotBe(source.Text("status", "artifact", "digest"), "an image is not its layer");
        var release = await ReadyAsync(flux, $"1.0.0+{image["sha256:".Length..][..12]}");
        release.Text("status", "lastAttemptedRevisionDigest").Should().Be(image);
        release.Objects("status", "history").Single().Text("ociDigest").Should().Be(image);

        await flux.PatchAsync("OCIRepository", "app", $$"""{"spec": {"ref": {"semver": null, "digest": "{{image}}"} } }""");
        await charts.PushAsync("1.1.0", flux.ConfigMap("one", "2"));
        await flux.ObjectAsync("OCIRepository", "app", obj => obj.Text("status", "artifact", "revision") == image && Conditions.IsTrue(obj, "Ready"), "it has no tag any more");
        await flux.ReconcileAsync("HelmRelease", "app");
        (await flux.FindAsync("HelmRelease", "app"))!.Objects("status", "history").Should().HaveCount(1, "what was deployed is the same image");
        (await flux.ValueOfAsync("one")).Should().Be("1");
    }

    [Fact]
    public async Task What_the_stand_in_cannot_do_as_Helm_does_fails_and_says_so()
    {
        using var charts = new TestCharts();
        await using var flux = await FluxInNamespace.StartAsync(running.ControlPlane, options => options with { ChartRoot = charts.Root });
        await charts.PushAsync("1.0.0", flux.ConfigMap("one", "{{ .Values.one }}"));
        await flux.ApplyAsync(Repository);
        await ApplyAsync(flux, "HelmChart", Chart);
        var failed = await flux.ObjectAsync("HelmRelease", "app", obj => Conditions.Find(obj, "Ready").Text("reason") == "InstallFailed", "it is not installed");
        Conditions.Find(failed, "Ready").Text("message").Should().Be("app.yaml has a template action, which the stand-in does not play");
        failed.Text("status", "lastAttemptedRevision").Should().Be("1.0.0");
        failed.At("status", "history").Should().BeNull();
    }

    private static Task ApplyAsync(FluxInNamespace flux, string kind, string spec) => flux.ApplyAsync($$"""
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: {{kind}}
        metadata: {name: app, namespace: NAMESPACE}
        spec: {{spec}}
        ---
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: app, namespace: NAMESPACE}
        spec: {interval: 1h, chartRef: {kind: {{kind}}, name: app} }
        """);

    private static Task<JsonObject> ReadyAsync(FluxInNamespace flux, string version) => flux.ObjectAsync(
        "HelmRelease", "app",
        // What is attempted is said before it is done.
        obj => obj.Text("status", "lastAttemptedRevision") == version && obj.Objects("status", "history").FirstOrDefault()?.Text("chartVersion")?.Split('+')[0] == version.Split('+')[0] && Conditions.IsTrue(obj, "Ready"),
        $"it has released {version}");
}
