using System.Text.Json.Nodes;
using FluxStandIn;
using Sluice.Api;
using Sluice.Controller.Tests.Clusters;
using Sluice.FluxStandIn.Tests;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>
/// An application in a namespace of its own: a Git repository, its GitRepository <c>app</c>, the GatedSource <c>app</c> with the target
/// <c>app-gated</c>, and a Kustomization that deploys from that. Flux is played by the stand-in.
/// </summary>
internal sealed class GatedApp : IAsyncDisposable
{
    public static ApiResource GatedSource { get; } = new(ApiGroup.Name, ApiGroup.Version, "gatedsources", "GatedSource");

    public static ApiResource GitRepository { get; } = FluxResources.All.Single(resource => resource.Kind == "GitRepository");

    public static ApiResource Deployment { get; } = new("apps", "v1", "deployments", "Deployment");

    private readonly Cluster _cluster;
    private readonly TestRepository _git;
    private StandIn _flux = null!;
    private bool _sharesGit;

    private GatedApp(Cluster cluster, TestRepository git, string name) => (_cluster, _git, Namespace) = (cluster, git, name);

    public string Namespace { get; }

    /// <summary>Makes it all, and the gates; what is gated comes with <see cref="GateAsync"/>.</summary>
    /// <param name="cluster">Where.</param>
    /// <param name="gateSpec">The spec of its gate.</param>
    /// <param name="like">Another one whose Git repository it deploys, too.</param>
    public static async Task<GatedApp> StartAsync(Cluster cluster, string gateSpec, GatedApp? like = null)
    {
        var app = new GatedApp(cluster, like?._git ?? await TestRepository.CreateAsync(), await cluster.NewNamespaceAsync()) { _sharesGit = like is not null };
        await cluster.CreateGateAsync(app.Namespace, "release", gateSpec);
        await app.ApplyAsync($$"""
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: GitRepository
            metadata: {name: app, namespace: {{app.Namespace}}}
            spec: {url: "https://git.example.org/app.git", interval: 1s, ref: {branch: main} }
            ---
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: app, namespace: {{app.Namespace}}}
            spec: {interval: 1s, prune: true, path: ./deploy, targetNamespace: {{app.Namespace}}, sourceRef: {kind: GitRepository, name: app-gated} }
            """);
        app._flux = await StandIn.StartAsync(new()
        {
            Kubeconfig = cluster.ControlPlane.KubeconfigPath,
            Namespaces = [app.Namespace],
            GitRoot = app._git.Root,
            RequeueDependency = TimeSpan.FromSeconds(1),
            Log = TextWriter.Null,
        });
        return app;
    }

    public Task ApplyAsync(string manifests) => _cluster.Kubectl.ApplyAsync(manifests);

    /// <summary>The GatedSource.</summary>
    public Task GateAsync(string spec = "") => ApplyAsync($$"""
        apiVersion: gating.toolkit.fluxcd.io/v1alpha1
        kind: GatedSource
        metadata: {name: app, namespace: {{Namespace}}}
        spec: {sourceRef: {kind: GitRepository, name: app}, target: {name: app-gated}, gates: [{name: release}] {{spec}} }
        """);

    /// <summary>The application: a Deployment that says which version it is of.</summary>
    public static string Manifest(string version) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app, annotations: {version: "{{version}}"} }
        spec:
          replicas: 1
          selector: {matchLabels: {app: app} }
          template: {metadata: {labels: {app: app} }, spec: {containers: [{name: app, image: "registry.example.org/app:{{version}}"}] } }
        """;

    /// <summary>Commits a version of the application. Gives the revision as Flux spells it.</summary>
    public Task<string> CommitAsync(string version) => _git.CommitAsync(("deploy/app.yaml", Manifest(version)));

    /// <summary>What <c>git push --force</c> does: the branch is at an earlier commit again.</summary>
    /// <param name="revision">As Flux spells it.</param>
    public Task PushBackAsync(string revision) => _git.GitAsync("push", "--quiet", "--force", "origin", $"{revision[(revision.LastIndexOf(':') + 1)..]}:main");

    /// <summary>Waits until the Kustomization was reconciled once more from its beginning, well or not.</summary>
    public async Task UntilReconciledAsync()
    {
        var token = $"{Guid.NewGuid():n}";
        await _cluster.AnnotateAsync(FluxResources.Kustomization, Namespace, "app", "reconcile.fluxcd.io/requestedAt", token);
        await _cluster.UntilAsync(FluxResources.Kustomization, Namespace, "app", "is reconciled", found => (string?)found["status"]?["lastHandledReconcileAt"] == token);
    }

    public Task<JsonNode?> SourceAsync() => _cluster.GetAsync(GatedSource, Namespace, "app");

    public Task<JsonNode> UntilSourceAsync(string what, Func<JsonNode, bool> isWanted) => _cluster.UntilAsync(GatedSource, Namespace, "app", what, isWanted);

    public Task<JsonNode> UntilWaitingAsync(string revision) => UntilSourceAsync($"has the candidate {revision}", source => Candidate(source, "revision") == revision);

    public Task<JsonNode> UntilReleasedAsync(string revision) =>
        UntilSourceAsync($"has released {revision} and is ready", source => Released(source, "revision") == revision && source.Condition("Ready", "status") == "True");

    public async Task UntilDeployedAsync(string version) =>
        await _cluster.UntilAsync(Deployment, Namespace, "app", $"is deployed at {version}", deployment => deployment.Annotation("version") == version);

    /// <summary>The version that is deployed; null when nothing is.</summary>
    public async Task<string?> DeployedAsync() => (await _cluster.GetAsync(Deployment, Namespace, "app"))?.Annotation("version");

    public static string? Candidate(JsonNode source, string field) => (string?)source["status"]?["candidate"]?[field];

    public static string? Released(JsonNode source, string field) => (string?)source["status"]?["released"]?[field];

    /// <summary>Casts a vote about what the candidate was when <paramref name="source"/> was read, as a user who may.</summary>
    public async Task VoteAsync(string user, JsonNode source) =>
        await (await _cluster.AsAsync(Namespace, user, "sluice-approver")).RunAsync(["create", "-f", "-"], (await _cluster.VoteAsync(source, user, "approve")).ToJsonString());

    public async ValueTask DisposeAsync()
    {
        await _flux.DisposeAsync();
        if (!_sharesGit)
        {
            _git.Dispose();
        }
    }
}
