using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>
/// A source of any kind, its GatedSource <c>app</c> and a gate, in a namespace of their own; the test itself is source-controller, and says what is
/// fetched and when.
/// </summary>
internal sealed class PlayedSource
{
    private PlayedSource(Cluster cluster, string inNamespace, string kind) => (Cluster, Namespace, Kind) = (cluster, inNamespace, FluxResources.All.Single(resource => resource.Kind == kind));

    public Cluster Cluster { get; }

    public string Namespace { get; }

    public ApiResource Kind { get; }

    /// <summary>The one that was started in a namespace.</summary>
    public static PlayedSource In(Cluster cluster, string inNamespace, string kind = "GitRepository") => new(cluster, inNamespace, kind);

    public static async Task<PlayedSource> StartAsync(Cluster cluster, string kind = "GitRepository", string? spec = null, string gate = """{"default": "closed"}""", string gated = "", string? inNamespace = null)
    {
        var source = In(cluster, inNamespace ?? await cluster.NewNamespaceAsync(), kind);
        await cluster.CreateGateAsync(source.Namespace, "release", gate);
        await source.CreateSourceAsync("app", spec ?? Spec(kind));
        await source.GateAsync(gated);
        return source;
    }

    public Task CreateSourceAsync(string name, string spec) => Cluster.Api.CreateAsync(
        Kind, Namespace, Encoding.UTF8.GetBytes($$"""{"apiVersion": "{{Kind.ApiVersion}}", "kind": "{{Kind.Kind}}", "metadata": {"name": "{{name}}", "namespace": "{{Namespace}}"}, "spec": {{spec}}}"""),
        ObjectDecoders.Ignore);

    public Task GateAsync(string more = "", string name = "app", string source = "app", string target = "app-gated") => Cluster.Kubectl.ApplyAsync($$"""
        apiVersion: gating.toolkit.fluxcd.io/v1alpha1
        kind: GatedSource
        metadata: {name: {{name}}, namespace: {{Namespace}}}
        spec: {sourceRef: {kind: {{Kind.Kind}}, name: {{source}}}, target: {name: {{target}}}, gates: [{name: release}] {{more}} }
        """);

    /// <summary>Fetches: the source, or another object of its kind, has an artifact of its present spec. Waits for the object, since a target follows the status that releases.</summary>
    public async Task FetchAsync(string revision, string digest, string name = "app", string ready = "True", string metadata = "{}")
    {
        var source = await Cluster.UntilAsync(Kind, Namespace, name, "is there", _ => true);
        await Cluster.PatchAsync(Kind, Namespace, name, $$"""
            {"status": {"observedGeneration": {{source["metadata"]!["generation"]}},
              "artifact": {"revision": "{{revision}}", "digest": "{{digest}}", "path": "x", "url": "http://x/x", "lastUpdateTime": "2026-11-25T12:00:00Z", "metadata": {{metadata}} },
              "conditions": [{"type": "Ready", "status": "{{ready}}", "reason": "Succeeded", "message": "played", "lastTransitionTime": "2026-11-25T12:00:00Z", "observedGeneration": {{source["metadata"]!["generation"]}}}] } }
            """, "gotk-source-controller", "status");
    }

    public Task OpenAsync() => Cluster.OpenAsync(Namespace, "release");

    /// <summary>Asks to go back to a release.</summary>
    /// <param name="to">What to go back to.</param>
    /// <param name="token">Anything new.</param>
    /// <param name="kubectl">Who asks. Default: the administrator.</param>
    /// <param name="by">Who they say they are.</param>
    public Task<string> RollBackAsync(string to, string token, Kubectl? kubectl = null, string by = "olga") => (kubectl ?? Cluster.Kubectl).RunAsync(
        "-n", Namespace, "annotate", "--overwrite", "gatedsource", "app", $"gating.toolkit.fluxcd.io/rollback-to={to}", $"gating.toolkit.fluxcd.io/rollback-requestedAt={token}",
        $"gating.toolkit.fluxcd.io/rollback-requestedBy={by}");

    public Task CloseAsync() => Cluster.CloseAsync(Namespace, "release");

    /// <summary>Closes the gate, and waits until it is.</summary>
    public async Task UntilClosedAsync()
    {
        await CloseAsync();
        await Cluster.UntilAsync(FluxResources.Gate, Namespace, "release", "is closed", gate => gate.Condition("Opened", "status") == "False");
    }

    public Task<JsonNode?> GatedAsync(string name = "app") => Cluster.GetAsync(GatedApp.GatedSource, Namespace, name);

    public Task<JsonNode?> TargetAsync(string name = "app-gated") => Cluster.GetAsync(Kind, Namespace, name);

    public Task<JsonNode> UntilAsync(string what, Func<JsonNode, bool> isWanted, string name = "app") => Cluster.UntilAsync(GatedApp.GatedSource, Namespace, name, what, isWanted);

    public Task<JsonNode> UntilWaitingAsync(string revision, string? digest = null) => UntilAsync(
        $"has the candidate {revision} {digest}", gated => GatedApp.Candidate(gated, "revision") == revision && (digest is null || GatedApp.Candidate(gated, "digest") == digest));

    public Task<JsonNode> UntilReleasedAsync(string revision, string? digest = null) => UntilAsync(
        $"has released {revision} {digest}", gated => GatedApp.Released(gated, "revision") == revision && (digest is null || GatedApp.Released(gated, "digest") == digest));

    public Task<JsonNode> UntilTargetAsync(string what, Func<JsonNode, bool> isWanted) => Cluster.UntilAsync(Kind, Namespace, "app-gated", what, isWanted);

    /// <summary>Waits for an Event of its namespace.</summary>
    public Task UntilEventAsync(string reason) => Eventually.GivesAsync($"there is an Event {reason}", () => Cluster.Kubectl.RunAsync("-n", Namespace, "get", "events", "-o", "jsonpath={.items[*].reason}"),
        reasons => reasons.Split(' ').Contains(reason));

    /// <summary>Releases a revision, by opening the gate and closing it again.</summary>
    public async Task ReleaseAsync(string revision, string digest)
    {
        await FetchAsync(revision, digest);
        await UntilWaitingAsync(revision, digest);
        await OpenAsync();
        await UntilReleasedAsync(revision, digest);
        await UntilClosedAsync();
    }

    /// <summary>That nothing happens is seen when something that comes later has happened: the controller has looked at this object again.</summary>
    public async Task LookedAtAgainAsync()
    {
        var token = Guid.NewGuid().ToString("n");
        await Cluster.AnnotateAsync(GatedApp.GatedSource, Namespace, "app", "reconcile.fluxcd.io/requestedAt", token);
        await UntilAsync("was looked at again", gated => (string?)gated["status"]?["lastHandledReconcileAt"] == token);
    }

    /// <summary>A vote as a manifest, about what waits.</summary>
    public async Task<JsonNode> VoteAsync(string user, string decision = "approve") => await Cluster.VoteAsync((await GatedAsync())!, user, decision);

    /// <summary>Waits until what happens next is of another second than what has happened: times of Kubernetes are whole seconds.</summary>
    public static Task NextSecondAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        return Eventually.GivesAsync("another second", () => Task.FromResult(TimeProvider.System.GetUtcNow()), then => then.ToUnixTimeSeconds() > now.ToUnixTimeSeconds());
    }

    /// <summary>Casts a vote.</summary>
    public static Task CastAsync(Kubectl voter, JsonNode vote) => voter.RunAsync(["create", "-f", "-"], vote.ToJsonString());

    /// <summary>kubectl as a user who has a role in the namespace.</summary>
    public Task<Kubectl> AsAsync(string user, string role, params string[] groups) => Cluster.AsAsync(Namespace, user, role, groups);

    /// <summary>The spec of a source that fetches, with what must carry over.</summary>
    public static string Spec(string kind) => kind switch
    {
        "GitRepository" => """
            {"interval": "1h", "url": "https://git.example.org/app.git", "ref": {"branch": "main"}, "ignore": "/docs", "secretRef": {"name": "git"}, "proxySecretRef": {"name": "proxy"},
             "recurseSubmodules": true, "verify": {"mode": "HEAD", "secretRef": {"name": "keys"}}, "sparseCheckout": ["deploy"]}
            """,
        "OCIRepository" => """
            {"interval": "1h", "url": "oci://registry.example.org/app", "ref": {"semver": "1.x"}, "secretRef": {"name": "registry"}, "ignore": "/docs", "insecure": true,
             "verify": {"provider": "cosign", "secretRef": {"name": "keys"}}, "layerSelector": {"mediaType": "application/vnd.example", "operation": "copy"}}
            """,
        _ => """
            {"interval": "1h", "chart": "app", "version": "1.x", "sourceRef": {"kind": "HelmRepository", "name": "charts"}, "reconcileStrategy": "ChartVersion", "verify": {"provider": "cosign", "secretRef": {"name": "keys"}}}
            """,
    };
}
