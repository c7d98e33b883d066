using System.Text;
using System.Text.Json.Nodes;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>A control plane with the CRDs of Flux (with <c>spec.gates</c>) and of Sluice, for the tests of a class. No controller runs until a test starts one.</summary>
public sealed class Cluster : IAsyncLifetime
{
    private int _namespaces;
    private KubernetesConnection? _connection;

    /// <inheritdoc cref="ControlPlaneOptions.EmulatedVersion" />
    public string? Kubernetes { get; init; }

    /// <summary>What installs the CRDs of Flux; default those of this machine, with <c>spec.gates</c>.</summary>
    public Func<ControlPlane, Task<FluxCrds>> InstallFluxAsync { get; init; } = FluxCrdsWithGates.InstallAsync;

    public ControlPlane ControlPlane { get; private set; } = null!;

    /// <summary>The API as the cluster's administrator, by the product's own client.</summary>
    public KubernetesApi Api { get; private set; } = null!;

    public Kubectl Kubectl => ControlPlane.Kubectl;

    public async ValueTask InitializeAsync()
    {
        ControlPlane = await ControlPlane.StartAsync(new() { EmulatedVersion = Kubernetes });
        var crds = await InstallFluxAsync(ControlPlane);
        TestContext.Current.SendDiagnosticMessage($"{ControlPlane.Server}, {crds}");
        await ControlPlane.InstallCrdsAsync(RepositoryRoot.Combine("config", "crd"));
        _connection = KubernetesConnection.Open(new() { Kubeconfig = ControlPlane.KubeconfigPath, Qps = 0 }, TimeProvider.System);
        Api = new KubernetesApi(_connection);
    }

    public async ValueTask DisposeAsync()
    {
        // Neither is there where it could not be started.
        _connection?.Dispose();
        await (ControlPlane?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>A namespace of its own for a test.</summary>
    public async Task<string> NewNamespaceAsync(string labels = "")
    {
        var name = $"test-{Interlocked.Increment(ref _namespaces)}";
        await Kubectl.RunAsync("create", "namespace", name);
        if (labels.Length > 0)
        {
            await Kubectl.RunAsync(["label", "namespace", name, .. labels.Split(',')], null);
        }

        return name;
    }

    /// <summary>Starts the controller as its own process and waits until it is ready.</summary>
    public Task<RunningController> StartControllerAsync(params string[] arguments) => RunningController.StartAsync(ControlPlane.KubeconfigPath, arguments);

    /// <summary>One object as JSON, or null when there is none.</summary>
    public Task<JsonNode?> GetAsync(ApiResource resource, string inNamespace, string name) =>
        Api.TryGetAsync<JsonNode>(resource, new(inNamespace, name), static json => JsonNode.Parse(json)!);

    /// <summary>Creates a gate; <paramref name="spec"/> is JSON.</summary>
    public Task CreateGateAsync(string inNamespace, string name, string spec) => Api.CreateAsync(
        FluxResources.Gate, inNamespace,
        Encoding.UTF8.GetBytes($$"""{"apiVersion": "gating.toolkit.fluxcd.io/v1alpha1", "kind": "Gate", "metadata": {"name": "{{name}}", "namespace": "{{inNamespace}}"}, "spec": {{spec}}}"""),
        ObjectDecoders.Ignore);

    /// <summary>Creates an object of one of Flux's kinds that names gates by annotation.</summary>
    public Task CreateGatedAsync(ApiResource resource, string inNamespace, string name, string gates) =>
        Api.CreateAsync(resource, inNamespace, GatedSamples.Write(resource, inNamespace, name, gates), ObjectDecoders.Ignore, new() { FieldManager = "tester" });

    /// <summary>A merge patch, by a field manager.</summary>
    public Task PatchAsync(ApiResource resource, string inNamespace, string name, string patch, string manager = "tester", string? subresource = null) =>
        Api.MergePatchAsync(resource, new(inNamespace, name), Encoding.UTF8.GetBytes(patch), new() { FieldManager = manager, Subresource = subresource }, ObjectDecoders.Ignore);

    /// <summary>Sets an annotation, or removes it with null.</summary>
    public Task AnnotateAsync(ApiResource resource, string inNamespace, string name, string annotation, string? value) => PatchAsync(
        resource, inNamespace, name, $$"""{"metadata": {"annotations": {"{{annotation}}": {{(value is null ? "null" : $"\"{value}\"")}}} } }""");

    /// <summary>Asks a gate to open, as kubectl annotate does.</summary>
    public Task OpenAsync(string inNamespace, string gate) => RequestAsync(inNamespace, gate, "open");

    /// <summary>Asks a gate to close.</summary>
    public Task CloseAsync(string inNamespace, string gate) => RequestAsync(inNamespace, gate, "close");

    /// <summary>Waits until an object is as wanted.</summary>
    public async Task<JsonNode> UntilAsync(ApiResource resource, string inNamespace, string name, string what, Func<JsonNode, bool> isWanted, TimeSpan? timeout = null) =>
        (await Eventually.GivesAsync($"{resource.Kind} {name} {what}", () => GetAsync(resource, inNamespace, name), found => found is not null && isWanted(found), timeout))!;

    /// <summary>Waits until an object is held, and its condition says so.</summary>
    public Task<JsonNode> UntilHeldAsync(ApiResource resource, string inNamespace, string name, string reason = "GateClosed") =>
        UntilAsync(resource, inNamespace, name, $"is held ({reason})", found => found.IsSuspended() && found.HeldBy()?.Contains($"({reason})", StringComparison.Ordinal) == true && found.Approved("status") == "False" && found.Approved("reason") == reason);

    /// <summary>What Flux reports of an attempt at a Kustomization.</summary>
    public Task ReportAsync(string ns, string name, long generation, string? reconciling, string ready, string reason)
    {
        var conditions = new JsonArray(Condition("Ready", ready));
        if (reconciling is not null)
        {
            conditions.Add((JsonNode)Condition("Reconciling", reconciling));
        }

        return PatchAsync(FluxResources.Kustomization, ns, name, new JsonObject { ["status"] = new JsonObject { ["conditions"] = conditions } }.ToJsonString(), "gotk-kustomize-controller", "status");

        JsonObject Condition(string type, string status) => new()
        {
            ["type"] = type,
            ["status"] = status,
            ["reason"] = reason,
            ["message"] = "as Flux would write it",
            ["lastTransitionTime"] = "2026-03-26T10:00:00Z",
            ["observedGeneration"] = generation,
        };
    }

    /// <summary>Waits until an object is released, and its condition says so.</summary>
    public Task<JsonNode> UntilReleasedAsync(ApiResource resource, string inNamespace, string name) =>
        UntilAsync(resource, inNamespace, name, "is released", found => found.HeldBy() is null && found.Approved("status") == "True");

    private Task RequestAsync(string inNamespace, string gate, string verb) =>
        AnnotateAsync(FluxResources.Gate, inNamespace, gate, $"{verb}.gate.fluxcd.io/requestedAt", $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}");
}
