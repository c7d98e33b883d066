using System.Text.Json.Nodes;
using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Releasing;

/// <summary>
/// GatedSource <c>app</c> of GitRepository <c>app</c>, at gate <c>release</c>, in a namespace of the test's own. The test is source-controller; everything
/// else is decided by the real controller.
/// </summary>
internal sealed class GatedApp
{
    private readonly ReleasingCluster _cluster;

    private GatedApp(ReleasingCluster cluster, string inNamespace) => (_cluster, Namespace) = (cluster, inNamespace);

    public string Namespace { get; }

    /// <summary>A revision as Flux writes it, made of one hexadecimal digit.</summary>
    public static string Revision(char digit) => $"main@sha1:{new string(digit, 40)}";

    /// <summary>The digest of its artifact.</summary>
    public static string Digest(char digit) => $"sha256:{new string(digit, 64)}";

    /// <summary>Makes it, with revision <c>a</c> released.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="name">The namespace.</param>
    /// <param name="gate">The gate's spec.</param>
    /// <param name="gates">The gates that it names.</param>
    public static async Task<GatedApp> StartAsync(ReleasingCluster cluster, string name, string gate, string gates = "[{name: release}]")
    {
        var app = new GatedApp(cluster, name);
        await cluster.ControlPlane.Kubectl.RunAsync("create", "namespace", name);
        await app.GateAsync("release", gate);
        await cluster.ControlPlane.Kubectl.ApplyAsync($$"""
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: GitRepository
            metadata: {name: app, namespace: {{name}} }
            spec: {interval: 1h, url: "https://git.example.org/app.git", ref: {branch: main} }
            ---
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: GatedSource
            metadata: {name: app, namespace: {{name}} }
            spec: {sourceRef: {kind: GitRepository, name: app}, target: {name: app-gated}, gates: {{gates}}, initial: release}
            """);
        await app.FetchAsync('a');
        await app.UntilAsync("a is released", status => (string?)status["released"]?["revision"] == Revision('a'));
        return app;
    }

    public Task GateAsync(string name, string spec, string? inNamespace = null) => _cluster.ControlPlane.Kubectl.ApplyAsync($$"""
        apiVersion: gating.toolkit.fluxcd.io/v1alpha1
        kind: Gate
        metadata: {name: {{name}}, namespace: {{inNamespace ?? Namespace}} }
        spec: {{spec}}
        """);

    /// <summary>The source has a new artifact.</summary>
    /// <param name="digit">What it is made of.</param>
    /// <param name="generation">The generation of the source's spec that it is of.</param>
    public Task FetchAsync(char digit, int generation = 1) => _cluster.ControlPlane.Kubectl.RunAsync("-n", Namespace, "patch", "gitrepository", "app", "--subresource=status", "--type=merge", "--patch", $$"""
        {"status": {"observedGeneration": {{generation}},
          "artifact": {"revision": "{{Revision(digit)}}", "digest": "{{Digest(digit)}}", "path": "x", "url": "http://x/x", "lastUpdateTime": "2026-11-25T12:00:00Z"},
          "conditions": [{"type": "Ready", "status": "True", "reason": "Succeeded", "message": "played", "lastTransitionTime": "2026-11-25T12:00:00Z", "observedGeneration": {{generation}} }] } }
        """);

    /// <summary>A new artifact, which waits then.</summary>
    public async Task OfferAsync(char digit, int generation = 1)
    {
        await FetchAsync(digit, generation);
        await UntilAsync($"{digit} waits", status => (string?)status["candidate"]?["revision"] == Revision(digit) && status["candidate"]!["gates"] is not null);
    }

    /// <summary>The source ignores something else from now on.</summary>
    public Task IgnoreAsync(string ignore) =>
        _cluster.ControlPlane.Kubectl.RunAsync("-n", Namespace, "patch", "gitrepository", "app", "--type=merge", "--patch", $$"""{"spec": {"ignore": "{{ignore}}"} }""");

    /// <summary>Somebody states who wrote a revision.</summary>
    public Task StateAuthorAsync(char digit, string author) => _cluster.ControlPlane.Kubectl.RunAsync("-n", Namespace, "patch", "gatedsource", "app", "--subresource=status", "--type=merge", "--patch", $$"""
        {"status": {"authors": [{"revision": "{{Revision(digit)}}", "author": "{{author}}"}] } }
        """);

    public async Task<JsonNode> UntilAsync(string what, Func<JsonNode, bool> isWanted) => await Eventually.GivesAsync(what, StatusAsync, isWanted);

    /// <summary>The name of the candidate that no other has.</summary>
    public async Task<string> ExactNameAsync()
    {
        var candidate = (await StatusAsync())["candidate"]!;
        return $"{candidate["digest"]}@{candidate["specDigest"]}";
    }

    public async Task<JsonNode> StatusAsync() =>
        JsonNode.Parse(await _cluster.ControlPlane.Kubectl.RunAsync("-n", Namespace, "get", "gatedsource", "app", "-o", "json"))!["status"] ?? new JsonObject();

    /// <summary>The Approvals of the namespace, as <c>approver decision</c>.</summary>
    public async Task<IReadOnlyList<string>> VotesAsync() => (await _cluster.ControlPlane.Kubectl.RunAsync(
            "-n", Namespace, "get", "approvals", "-o", "jsonpath={range .items[*]}{.spec.approver.username} {.spec.decision}{\"\\n\"}{end}"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();

    /// <summary>The program as a user who has a role in the namespace.</summary>
    public async Task<SluiceProgram> AsAsync(string user, string role = "sluice-approver", string group = "sre", string input = "", string? password = null)
    {
        await _cluster.ControlPlane.Kubectl.ApplyAsync($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: {{user}}-{{role}}, namespace: {{Namespace}} }
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{role}} }
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: {{user}} }]
            """);
        return new SluiceProgram(_cluster.ControlPlane.KubeconfigFor(user, group)) { Input = input, Password = password };
    }
}
