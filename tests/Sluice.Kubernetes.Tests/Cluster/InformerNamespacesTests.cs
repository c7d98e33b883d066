using System.Text;

namespace Sluice.Kubernetes.Tests.Cluster;

/// <summary>An informer of some namespaces asks in each of them, with the rights of somebody who has none elsewhere.</summary>
public sealed class InformerNamespacesTests(TestCluster cluster)
{
    private static readonly ApiResource RoleBindings = new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding");

    private readonly KubernetesApi _api = cluster.Open();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_has_what_is_in_them_and_nothing_else_and_tells_each_change_once(bool watchList)
    {
        var (one, other, foreign) = (await cluster.NewNamespaceAsync(), await cluster.NewNamespaceAsync(), await cluster.NewNamespaceAsync());
        var user = $"reader-of-{one}";
        foreach (var ns in new[] { one, other })
        {
            await AdmitAsync(ns, user);
            await ApplyAsync(ns, "first", "1");
        }

        await ApplyAsync(foreign, "first", "1");
        await using var run = new InformerRun<ConfigMap>(
            cluster.Open(cluster.ControlPlane.KubeconfigFor(user)), TestCluster.ConfigMaps, ConfigMap.Decode, new() { Namespaces = [one, other], PreferWatchList = watchList });
        await run.Informer.SyncedAsync(Cancellation);
        run.Informer.Status.Should().Be(InformerStatus.Watching);
        run.Informer.Cache.All.Select(map => map.Key).Should().BeEquivalentTo([new ObjectKey(one, "first"), new ObjectKey(other, "first")]);
        run.Told.Should().HaveCount(2).And.OnlyContain(change => change.IsInitial);

        await ApplyAsync(foreign, "second", "1");
        await _api.DeleteAsync(TestCluster.ConfigMaps, new(one, "first"), cancellation: Cancellation);
        var written = await ApplyAsync(other, "first", "2");
        run.Informer.Observe(written);
        run.Informer.Observe(await ApplyAsync(foreign, "third", "1"));
        await run.UntilAsync(informer => informer.Cache.All is [{ Value: "2" }], "one is deleted, the other is changed");
        run.Told.Skip(2).Should().HaveCount(2, "each change is told once").And.OnlyContain(change => !change.IsInitial);
    }

    [Fact]
    public async Task It_has_not_synced_before_it_may_read_all_of_them_and_has_what_it_may_read_meanwhile()
    {
        var (one, other) = (await cluster.NewNamespaceAsync(), await cluster.NewNamespaceAsync());
        var user = $"reader-of-{one}";
        await AdmitAsync(one, user);
        await ApplyAsync(one, "first", "1");
        await ApplyAsync(other, "first", "1");
        await using var run = new InformerRun<ConfigMap>(
            cluster.Open(cluster.ControlPlane.KubeconfigFor(user)), TestCluster.ConfigMaps, ConfigMap.Decode, new() { Namespaces = [one, other], MaxBackoff = TimeSpan.FromSeconds(1) });
        await run.UntilAsync(informer => informer is { Cache.Count: 1, Status: InformerStatus.Retrying }, "one is read, the other is refused");
        run.Informer.LastFailure!.Message.Should().Contain(other);
        run.Informer.HasSynced.Should().BeFalse();

        await AdmitAsync(other, user);
        await run.UntilAsync(informer => informer is { HasSynced: true, Status: InformerStatus.Watching, Cache.Count: 2, LastFailure: null }, "both are read");
    }

    private Task AdmitAsync(string ns, string user) => _api.CreateAsync(RoleBindings, ns, Encoding.UTF8.GetBytes($$$"""
        {"metadata": {"name": "reader"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
         "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "{{{user}}}"}] }
        """), ObjectDecoders.Ignore, cancellation: Cancellation);

    private Task<ConfigMap> ApplyAsync(string ns, string name, string value)
    {
        var key = new ObjectKey(ns, name);
        return _api.ApplyAsync(TestCluster.ConfigMaps, key, ConfigMap.Body(key, value, null), new ApplyOptions("test"), ConfigMap.Decode, Cancellation);
    }
}
