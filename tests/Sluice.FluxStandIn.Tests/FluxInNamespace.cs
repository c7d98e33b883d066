using System.Text.Json.Nodes;
using FluxStandIn;
using FluxStandIn.Appliers;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;
using Sluice.TestBed;

namespace Sluice.FluxStandIn.Tests;

/// <summary>A namespace with a Git repository and a stand-in that looks at nothing else.</summary>
internal sealed class FluxInNamespace : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly StringWriter _log = new();
    private readonly StandInOptions _options;
    private readonly ApiServer _api;
    private StandIn _standIn = null!;

    private FluxInNamespace(ControlPlane controlPlane, TestRepository git, Func<StandInOptions, StandInOptions>? configure)
    {
        (ControlPlane, Git) = (controlPlane, git);
        var options = new StandInOptions
        {
            Kubeconfig = controlPlane.KubeconfigPath,
            Namespaces = [Namespace],
            GitRoot = git.Root,
            RequeueDependency = TimeSpan.FromSeconds(1),
            LogLevel = LogLevel.Debug,
            Log = TextWriter.Synchronized(_log),
        };
        _options = configure?.Invoke(options) ?? options;
        _api = new ApiServer(options);
    }

    public ControlPlane ControlPlane { get; }

    public TestRepository Git { get; }

    public string Namespace { get; } = $"flux-{Guid.NewGuid().ToString("n")[..8]}";

    public Uri StorageAddress => _standIn.StorageAddress;

    public static async Task<FluxInNamespace> StartAsync(ControlPlane controlPlane, Func<StandInOptions, StandInOptions>? configure = null)
    {
        var flux = new FluxInNamespace(controlPlane, await TestRepository.CreateAsync(), configure);
        await flux.ApplyAsync("{apiVersion: v1, kind: Namespace, metadata: {name: NAMESPACE}}");
        flux._standIn = await StandIn.StartAsync(flux._options, TestContext.Current.CancellationToken);
        return flux;
    }

    /// <summary>Stops the stand-in and starts another: with a temporary storage the artifacts are gone.</summary>
    public async Task RestartAsync()
    {
        await _standIn.DisposeAsync();
        _standIn = await StandIn.StartAsync(_options, TestContext.Current.CancellationToken);
    }

    public async Task ApplyAsync(string manifests, string fieldManager = "test")
    {
        foreach (var obj in YamlDocuments.Read(manifests.Replace("NAMESPACE", Namespace, StringComparison.Ordinal), "manifest"))
            await _api.ApplyAsync(Kind(obj.Text("kind")!).Path(obj.Name()), fieldManager, obj, dryRun: false, default);
    }

    /// <summary>A GitRepository and a Kustomization, both named app, that look again every second.</summary>
    public Task ApplyAppAsync(string spec = "", string interval = "1s") => ApplyAsync(
        $$"""
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: GitRepository
        metadata: {name: app, namespace: NAMESPACE}
        spec: {url: "https://git.example/app.git", interval: 1s, ref: {branch: main} }
        ---
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: app, namespace: NAMESPACE}
        spec: {interval: {{interval}}, prune: true, path: ./deploy, sourceRef: {kind: GitRepository, name: app} {{spec}} }
        """);

    public string ConfigMap(string name, string value) =>
        $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: {{name}}, namespace: {{Namespace}}}
        data: {value: "{{value}}"}
        """;

    public Task<JsonObject?> FindAsync(string kind, string name) => _api.FindAsync(Kind(kind).Path(Namespace, name), default);

    public async Task<string?> ValueOfAsync(string configMap) => (await FindAsync("ConfigMap", configMap)).Text("data", "value");

    public Task PatchAsync(string kind, string name, string patch, string fieldManager = "test", string? subresource = null) =>
        _api.PatchAsync(Kind(kind).Path(Namespace, name, subresource), ApiServer.MergePatch, fieldManager, JsonNode.Parse(patch)!, default);

    public Task DeleteAsync(string kind, string name) => _api.DeleteAsync(Kind(kind).Path(Namespace, name), default);

    public Task SuspendAsync(string kind, string name, bool suspend = true) =>
        PatchAsync(kind, name, $$$"""{"spec":{"suspend":{{{(suspend ? "true" : "false")}}}}}""");

    /// <summary>Asks for a reconciliation, as <c>flux reconcile</c> does.</summary>
    public async Task<string> RequestAsync(string kind, string name)
    {
        var token = Guid.NewGuid().ToString("n");
        await PatchAsync(kind, name, $$$"""{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"{{{token}}}"} } }""");
        return token;
    }

    /// <summary>Asks for a reconciliation and waits until it is done, or until it is consumed because the object is suspended.</summary>
    public async Task<JsonObject> ReconcileAsync(string kind, string name)
    {
        var token = await RequestAsync(kind, name);
        return await ObjectAsync(kind, name, obj => obj.Text("status", "lastHandledReconcileAt") == token, "its request is handled");
    }

    public ReconcileCount Count(string kind, string name) =>
        _standIn.Reconciles.SingleOrDefault(count => count.Kind == kind && count.Name == name) ?? new ReconcileCount(kind, Namespace, name, 0, 0, 0, null, null);

    public Task<JsonObject> AppliedAsync(string revision, string name = "app") => ObjectAsync(
        "Kustomization", name, obj => obj.Text("status", "lastAppliedRevision") == revision && Conditions.IsTrue(obj, "Ready"), $"it has applied {revision}");

    /// <summary>Waits until an object is there and is as told.</summary>
    public async Task<JsonObject> ObjectAsync(string kind, string name, Func<JsonObject, bool> condition, string what)
    {
        JsonObject? seen = null;
        await UntilAsync(async () => (seen = await FindAsync(kind, name)) is not null && condition(seen), () => $"{kind}/{name}: {what}", () => seen?.ToJsonString() ?? "nothing");
        return seen!;
    }

    public Task GoneAsync(string kind, string name) => UntilAsync(async () => await FindAsync(kind, name) is null, () => $"{kind}/{name} is gone", () => "it is there");

    public async Task UntilAsync(Func<Task<bool>> condition, Func<string> expected, Func<string> seen)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
                Assert.Fail($"expected within {Patience.TotalSeconds} s that {expected()}\nseen: {seen()}\nlog of the stand-in:\n{_log}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _standIn.DisposeAsync();
        _api.Dispose();
        Git.Dispose();
    }

    private static ResourceKind Kind(string kind) => kind switch
    {
        "Namespace" => new ResourceKind("", "v1", kind, "namespaces", false),
        "ConfigMap" => new ResourceKind("", "v1", kind, "configmaps", true),
        _ => FluxKinds.All.Single(flux => flux.Kind == kind),
    };
}
