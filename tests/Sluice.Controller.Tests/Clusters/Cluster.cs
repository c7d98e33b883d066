using System.Text.Json.Nodes;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>A control plane with the CRDs of Flux (with <c>spec.gates</c>) and of Sluice, for the tests of a class. No controller runs until a test starts one.</summary>
public sealed class Cluster : IAsyncLifetime
{
    private int _namespaces;
    private KubernetesConnection _connection = null!;

    public ControlPlane ControlPlane { get; private set; } = null!;

    /// <summary>The API as the cluster's administrator, by the product's own client.</summary>
    public KubernetesApi Api { get; private set; } = null!;

    public Kubectl Kubectl => ControlPlane.Kubectl;

    public async ValueTask InitializeAsync()
    {
        ControlPlane = await ControlPlane.StartAsync();
        var crds = await FluxCrds.InstallAsync(ControlPlane);
        TestContext.Current.SendDiagnosticMessage($"{ControlPlane.Server}, {crds}");
        await ControlPlane.InstallCrdsAsync(RepositoryRoot.Combine("config", "crd"));
        _connection = KubernetesConnection.Open(new() { Kubeconfig = ControlPlane.KubeconfigPath, Qps = 0 }, TimeProvider.System);
        Api = new KubernetesApi(_connection);
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await ControlPlane.DisposeAsync();
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
}
