using System.Text.Json.Nodes;
using FluxStandIn;
using Sluice.Controller.Tests.Clusters;
using Sluice.FluxStandIn.Tests;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Sources;

/// <summary>
/// A chart in a namespace of its own: its source <c>app</c>, a HelmChart or an OCIRepository that follows 1.x; the GatedSource <c>app</c> with the target
/// <c>app-gated</c>; and the HelmRelease <c>app</c>, whose chartRef that is. Flux is played by the stand-in.
/// </summary>
internal sealed class GatedChart : IAsyncDisposable
{
    private static readonly ApiResource HelmRelease = FluxResources.All.Single(resource => resource.Kind == "HelmRelease");

    private readonly Cluster _cluster;
    private readonly string _kind;
    private StandIn _flux = null!;

    private GatedChart(Cluster cluster, string kind, string name) => (_cluster, _kind, Namespace) = (cluster, kind, name);

    public string Namespace { get; }

    public static async Task<GatedChart> StartAsync(Cluster cluster, TestCharts charts, string kind, string gateSpec, string gated = "")
    {
        var chart = new GatedChart(cluster, kind, await cluster.NewNamespaceAsync());
        await cluster.CreateGateAsync(chart.Namespace, "release", gateSpec);
        await cluster.Kubectl.ApplyAsync($$"""
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: HelmRepository
            metadata: {name: charts, namespace: {{chart.Namespace}}}
            spec: {interval: 1h, url: "https://charts.example.org/charts"}
            ---
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: {{kind}}
            metadata: {name: app, namespace: {{chart.Namespace}}}
            spec: {{(kind == "HelmChart" ? "{interval: 1s, chart: app, version: 1.x, sourceRef: {kind: HelmRepository, name: charts} }"
                : """{interval: 1s, url: "oci://registry.example.org/charts/app", ref: {semver: 1.x}, layerSelector: {mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip, operation: copy} }""")}}
            ---
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GatedSource
            metadata: {name: app, namespace: {{chart.Namespace}}}
            spec: {sourceRef: {kind: {{kind}}, name: app}, target: {name: app-gated}, gates: [{name: release}] {{gated}} }
            """);
        await chart.ReleaseFromAsync("app", "app-gated", chart.Namespace);
        chart._flux = await StandIn.StartAsync(new()
        {
            Kubeconfig = cluster.ControlPlane.KubeconfigPath,
            Namespaces = [chart.Namespace],
            ChartRoot = charts.Root,
            RequeueDependency = TimeSpan.FromSeconds(1),
            Log = TextWriter.Null,
        });
        return chart;
    }

    /// <summary>A HelmRelease that takes its chart from an object of the source's kind.</summary>
    public Task ReleaseFromAsync(string name, string chart, string targetNamespace) => _cluster.Kubectl.ApplyAsync($$"""
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: {{name}}, namespace: {{Namespace}}}
        spec: {interval: 1s, targetNamespace: {{targetNamespace}}, chartRef: {kind: {{_kind}}, name: {{chart}}} }
        """);

    public Task<JsonNode> UntilSourceAsync(string what, Func<JsonNode, bool> isWanted) => _cluster.UntilAsync(GatedApp.GatedSource, Namespace, "app", what, isWanted);

    public Task<JsonNode> UntilWaitingAsync(string version) => UntilSourceAsync($"has the candidate {version}", source => IsVersion(GatedApp.Candidate(source, "revision"), version));

    public Task<JsonNode> UntilReleasedAsync(string version) =>
        UntilSourceAsync($"has released {version} and is ready", source => IsVersion(GatedApp.Released(source, "revision"), version) && source.Condition("Ready", "status") == "True");

    /// <summary>The HelmRelease, once it has deployed a version and is ready.</summary>
    public Task<JsonNode> UntilDeployedAsync(string version, string name = "app") => _cluster.UntilAsync(
        HelmRelease, Namespace, name, $"has deployed {version}", release => release.Condition("Ready", "status") == "True" && IsVersion((string?)release["status"]!["lastAttemptedRevision"], version));

    /// <summary>The HelmRelease, after helm-controller and source-controller have looked once more at it and at the target.</summary>
    public async Task<JsonNode> LookedAtAgainAsync()
    {
        var token = Guid.NewGuid().ToString("n");
        var target = FluxResources.All.Single(resource => resource.Kind == _kind);
        foreach (var (kind, name) in new[] { (target, "app-gated"), (HelmRelease, "app") })
        {
            await _cluster.AnnotateAsync(kind, Namespace, name, "reconcile.fluxcd.io/requestedAt", token);
            await _cluster.UntilAsync(kind, Namespace, name, "was looked at again", found => (string?)found["status"]?["lastHandledReconcileAt"] == token);
        }

        return (await _cluster.GetAsync(HelmRelease, Namespace, "app"))!;
    }

    /// <summary>The version of the Deployment in a namespace.</summary>
    public async Task<string?> DeployedAsync(string? inNamespace = null) => (await _cluster.GetAsync(GatedApp.Deployment, inNamespace ?? Namespace, "app"))?.Annotation("version");

    /// <summary>The versions of the chart that were ever deployed, the newest first.</summary>
    public static IEnumerable<string> Versions(JsonNode release) => release["status"]!["history"]!.AsArray().Select(entry => ((string)entry!["chartVersion"]!).Split('+')[0]);

    public async ValueTask DisposeAsync() => await _flux.DisposeAsync();

    // 1.0.0, 1.0.0@sha256:…, 1.0.0+….
    private static bool IsVersion(string? revision, string version) => revision?.Split('@', '+')[0] == version;
}
