using System.Collections.Concurrent;
using System.Text;
using Sluice.TestBed;

[assembly: AssemblyFixture(typeof(Sluice.Kubernetes.Tests.Cluster.TestCluster))]

namespace Sluice.Kubernetes.Tests.Cluster;

/// <summary>A real API server for all tests, and a namespace for each.</summary>
public sealed class TestCluster : IAsyncLifetime
{
    private static readonly ApiResource Namespaces = new("", "v1", "namespaces", "Namespace", Namespaced: false);
    private readonly ConcurrentBag<KubernetesConnection> _connections = [];

    public ControlPlane ControlPlane { get; private set; } = null!;

    internal static ApiResource ConfigMaps { get; } = new("", "v1", "configmaps", "ConfigMap");

    public async ValueTask InitializeAsync() => ControlPlane = await ControlPlane.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            connection.Dispose();
        await ControlPlane.DisposeAsync();
    }

    /// <summary>A client, as the user who may do everything.</summary>
    public KubernetesApi Open() => Open(ControlPlane.KubeconfigPath);

    public KubernetesApi Open(string kubeconfig)
    {
        var connection = KubernetesConnection.Open(new ConnectionOptions { Kubeconfig = kubeconfig }, TimeProvider.System);
        _connections.Add(connection);
        return new KubernetesApi(connection);
    }

    public async Task<string> NewNamespaceAsync()
    {
        var name = $"t-{Guid.NewGuid().ToString("n")[..10]}";
        await Open().CreateAsync(Namespaces, null, Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"{{{name}}}"}}"""), ObjectDecoders.Ignore);
        return name;
    }
}
