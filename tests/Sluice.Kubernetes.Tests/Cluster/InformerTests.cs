using System.Text;
using System.Text.Json;

namespace Sluice.Kubernetes.Tests.Cluster;

public sealed class InformerTests(TestCluster cluster) : IAsyncLifetime
{
    private readonly KubernetesApi _api = cluster.Open();
    private string _namespace = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _namespace = await cluster.NewNamespaceAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_initial_state_is_told_before_the_sync_and_each_change_after_it_once(bool watchList)
    {
        var first = await ApplyAsync("first", "1");
        await using var run = Run(new InformerOptions { Namespaces = [_namespace], PreferWatchList = watchList });
        await run.Informer.SyncedAsync(Cancellation);
        run.Told.Should().Equal(new ObjectChange<ConfigMap>(null, first, IsInitial: true));

        var second = await ApplyAsync("second", "1");
        var changed = await ApplyAsync("first", "2");
        await _api.DeleteAsync(TestCluster.ConfigMaps, second.Key, cancellation: Cancellation);
        await run.UntilAsync(i => i.Cache.Find(second.Key) is null && i.Cache.Find(first.Key) == changed, "second is deleted");

        run.Told.Skip(1).Should().Equal(
            new ObjectChange<ConfigMap>(null, second, false), new ObjectChange<ConfigMap>(first, changed, false), new ObjectChange<ConfigMap>(second, null, false));
    }

    [Fact]
    public async Task The_result_of_our_own_write_is_in_the_cache_at_once_and_told_once()
    {
        var before = await ApplyAsync("map", "1");
        await using var run = Run(new InformerOptions { Namespaces = [_namespace] });
        await run.Informer.SyncedAsync(Cancellation);
        for (var value = 2; value < 30; value++)
        {
            var written = await ApplyAsync("map", $"{value}");
            run.Informer.Observe(written);
            run.Informer.Cache.Find(written.Key)!.Value.Should().Be($"{value}", "a read after our write sees it");
        }
        await _api.DeleteAsync(TestCluster.ConfigMaps, before.Key, cancellation: Cancellation);
        await run.UntilAsync(i => i.Cache.Count == 0, "the map is deleted");

        run.Told.Select(change => change.New?.Value).Should().Equal([.. Enumerable.Range(1, 29).Select(v => $"{v}"), null], "each write is told once");
    }

    [Fact]
    public async Task An_object_that_leaves_the_selector_or_the_interest_leaves_the_cache()
    {
        await ApplyAsync("map", "1", "web");
        await using var selecting = Run(new InformerOptions { Namespaces = [_namespace], LabelSelector = "app=web" });
        await using var choosing = new InformerRun<ConfigMap>(_api, TestCluster.ConfigMaps,
            json => ConfigMap.Decode(json) is { Label: "web" } web ? web : null, new InformerOptions { Namespaces = [_namespace] });
        await selecting.Informer.SyncedAsync(Cancellation);
        await choosing.Informer.SyncedAsync(Cancellation);
        (selecting.Informer.Cache.Count, choosing.Informer.Cache.Count).Should().Be((1, 1));

        await ApplyAsync("map", "1", "other");

        await selecting.UntilAsync(i => i.Cache.Count == 0, "the map has left the selector");
        await choosing.UntilAsync(i => i.Cache.Count == 0, "the map has left the interest");
    }

    [Fact]
    public async Task Metadata_alone_is_received_if_only_that_is_asked_for()
    {
        await ApplyAsync("map", "1", "web");
        await using var run = Run(new InformerOptions { Namespaces = [_namespace], MetadataOnly = true });
        await run.Informer.SyncedAsync(Cancellation);
        run.Informer.Cache.All.Should().ContainSingle().Which.Should().Match<ConfigMap>(map => map.Label == "web" && map.Value == null);
        await ApplyAsync("map", "2", "db");
        await run.UntilAsync(i => i.Cache.All[0].Label == "db", "the label has changed");
    }

    [Fact]
    public async Task A_kind_whose_CRD_appears_later_is_not_served_and_then_synced()
    {
        var group = $"{_namespace}.example.com";
        var weirs = new ApiResource(group, "v1", "weirs", "Weir");
        await using var run = new InformerRun<ConfigMap>(_api, weirs, ConfigMap.Decode, new InformerOptions());
        (await run.Informer.SettledAsync(Cancellation)).Should().Be(InformerStatus.NotServed);

        var crds = new ApiResource("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", Namespaced: false);
        var crd = Encoding.UTF8.GetBytes($$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"weirs.{{{group}}}"},"spec":{"group":"{{{group}}}","scope":"Namespaced",
            "names":{"plural":"weirs","singular":"weir","kind":"Weir"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"} } }]} }
            """);
        await _api.ApplyAsync(crds, new ObjectKey("", $"weirs.{group}"), crd, new ApplyOptions("test"), ObjectDecoders.Ignore, Cancellation);
        await run.UntilAsync(i =>
        {
            i.RetryNow();
            return i.HasSynced;
        }, "the new kind is synced");

        var body = Encoding.UTF8.GetBytes($$$"""{"apiVersion":"{{{group}}}/v1","kind":"Weir","metadata":{"name":"one","namespace":"{{{_namespace}}}"} }""");
        await _api.ApplyAsync(weirs, new ObjectKey(_namespace, "one"), body, new ApplyOptions("test"), ObjectDecoders.Ignore, Cancellation);
        await run.UntilAsync(i => i.Cache.Count == 1, "the first weir is cached");
    }

    [Fact]
    public async Task A_thousand_changes_arrive_complete_and_in_order()
    {
        await using var run = Run(new InformerOptions { Namespaces = [_namespace] });
        await run.Informer.SyncedAsync(Cancellation);
        await Parallel.ForEachAsync(Enumerable.Range(0, 20), Cancellation, async (map, cancellation) =>
        {
            for (var value = 0; value < 50; value++)
                await ApplyAsync($"map-{map}", $"{value}");
        });
        await run.UntilAsync(i => i.Cache.Count == 20 && i.Cache.All.All(map => map.Value == "49"), "every map is at its last value");

        foreach (var map in run.Told.GroupBy(change => change.Key))
            map.Select(change => change.New!.Value).Should().Equal(Enumerable.Range(0, 50).Select(v => $"{v}"), "{0} went through all its values", map.Key);
    }

    [Fact]
    public async Task Raw_discovery_is_what_the_server_says()
    {
        var version = await _api.GetRawAsync("/version", Cancellation);
        using var document = JsonDocument.Parse(version);
        document.RootElement.GetProperty("major").GetString().Should().Be("1");
    }

    private InformerRun<ConfigMap> Run(InformerOptions options) => new(_api, TestCluster.ConfigMaps, ConfigMap.Decode, options);

    private Task<ConfigMap> ApplyAsync(string name, string value, string? label = null)
    {
        var key = new ObjectKey(_namespace, name);
        return _api.ApplyAsync(TestCluster.ConfigMaps, key, ConfigMap.Body(key, value, label), new ApplyOptions("test"), ConfigMap.Decode, Cancellation);
    }
}
