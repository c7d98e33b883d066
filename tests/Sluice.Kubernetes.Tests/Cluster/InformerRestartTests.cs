using Sluice.TestBed;

namespace Sluice.Kubernetes.Tests.Cluster;

/// <summary>Has an API server of its own, which it stops and kills.</summary>
public sealed class InformerRestartTests : IAsyncLifetime
{
    private static readonly InformerOptions Impatient = new() { Namespaces = ["default"], MaxBackoff = TimeSpan.FromSeconds(2) };
    private ControlPlane _controlPlane = null!;
    private KubernetesConnection _connection = null!;
    private KubernetesApi _api = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _controlPlane = await ControlPlane.StartAsync();
        _connection = KubernetesConnection.Open(new ConnectionOptions { Kubeconfig = _controlPlane.KubeconfigPath }, TimeProvider.System);
        _api = new KubernetesApi(_connection);
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _controlPlane.DisposeAsync();
    }

    [Fact]
    public async Task After_a_crash_of_the_API_server_and_after_its_versions_have_expired_the_informer_goes_on_without_losing_a_change()
    {
        await ApplyAsync("kept", "1");
        await ApplyAsync("doomed", "1");
        await using var run = new InformerRun<ConfigMap>(_api, TestCluster.ConfigMaps, ConfigMap.Decode, Impatient);
        await run.Informer.SyncedAsync(Cancellation);

        await _controlPlane.KillApiServerAsync();
        await run.UntilAsync(i => i.Status == InformerStatus.Retrying, "the crash is noticed");
        run.Informer.Cache.Count.Should().Be(2, "what was known stays while the server is away");
        await _controlPlane.StartApiServerAsync();
        await ApplyAsync("kept", "2");
        await run.UntilAsync(i => i.Cache.Find(Key("kept"))!.Value == "2", "the change after the crash is seen");
        await run.UntilAsync(i => i.Status == InformerStatus.Watching, "it watches again");

        // The watch ends, and what it could resume from is compacted away; meanwhile another server would have deleted an object.
        await _controlPlane.StopApiServerAsync();
        await run.UntilAsync(i => i.Status == InformerStatus.Retrying, "the stop is noticed");
        await _controlPlane.ExpireWatchesAsync();
        await _api.DeleteAsync(TestCluster.ConfigMaps, Key("doomed"), cancellation: Cancellation);
        await ApplyAsync("kept", "3");
        await run.UntilAsync(i => i.Cache.Count == 1 && i.Cache.Find(Key("kept"))!.Value == "3", "the changes after the compaction are seen");

        run.Told.Where(c => c.Key == Key("kept")).Select(c => c.New!.Value).Should().Equal("1", "2", "3");
        run.Told.Where(c => c.Key == Key("doomed")).Select(c => c.New?.Value).Should().Equal("1", null);
    }

    private static ObjectKey Key(string name) => new("default", name);

    private Task<ConfigMap> ApplyAsync(string name, string value) =>
        _api.ApplyAsync(TestCluster.ConfigMaps, Key(name), ConfigMap.Body(Key(name), value), new ApplyOptions("test"), ConfigMap.Decode, Cancellation);
}
