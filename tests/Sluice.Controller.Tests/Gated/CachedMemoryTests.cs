using System.Text;
using Sluice.Controller.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Gated;

/// <summary>What the cache of gated objects costs. Runs alone, since the memory is that of the whole process.</summary>
[Collection(Alone)]
[CollectionDefinition(Alone, DisableParallelization = true)]
public sealed class CachedMemoryTests
{
    internal const string Alone = "memory";
    private const int Objects = 2000;

    [Fact]
    public void A_gated_object_of_six_kilobytes_costs_less_than_two_in_memory_with_its_share_of_the_indexes()
    {
        var json = Enumerable.Range(0, Objects).Select(Held).ToList();
        json.Min(one => one.Length).Should().BeGreaterThan(6000);
        GatedObjectReader.Read(json[0]).Should().NotBeNull("what the reader allocates for good does not count");

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cache = new ObjectCache<GatedObject>();
        foreach (var (name, values) in GatedObjects.Indexes)
        {
            cache.AddIndex(name, values);
        }

        foreach (var one in json)
        {
            cache.Set(GatedObjectReader.Read(one)!);
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Objects;
        cache.Count.Should().Be(Objects);
        GC.KeepAlive(json);
        TestContext.Current.SendDiagnosticMessage($"a gated object in memory costs {each:0} bytes");
        each.Should().BeInRange(100, 2048, "only what decides is kept");
    }

    /// <summary>A held Kustomization as the API server sends it, with its managed fields and an inventory of sixty-four entries.</summary>
    private static byte[] Held(int number)
    {
        var entries = string.Join(',', Enumerable.Range(0, 64).Select(i => $$"""{"id": "production_app-{{number}}-component-{{i:00}}_apps_Deployment", "v": "v1"}"""));
        var json =
            """
            {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
             "metadata": {"name": "app-NUMBER", "namespace": "team-TEAM", "uid": "UID", "resourceVersion": "1NUMBER", "generation": 2,
               "annotations": {"gating.toolkit.fluxcd.io/gates": "gate-GATE,flux-system/maintenance",
                 "gating.toolkit.fluxcd.io/held-by": "team-TEAM/gate-GATE (GateClosed), flux-system/maintenance (GateClosed)", "gating.toolkit.fluxcd.io/held-since": "2026-03-26T10:00:00Z"},
               "managedFields": [
                 {"manager": "sluice", "operation": "Apply", "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "time": "2026-03-26T10:00:00Z", "fieldsType": "FieldsV1",
                  "fieldsV1": {"f:metadata": {"f:annotations": {"f:gating.toolkit.fluxcd.io/held-by": {}, "f:gating.toolkit.fluxcd.io/held-since": {}}}, "f:spec": {"f:suspend": {}}}},
                 {"manager": "kustomize-controller", "operation": "Apply", "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "time": "2026-03-26T10:00:00Z", "fieldsType": "FieldsV1",
                  "fieldsV1": {"f:metadata": {"f:annotations": {"f:gating.toolkit.fluxcd.io/gates": {}}}, "f:spec": {"f:interval": {}, "f:path": {}, "f:prune": {}, "f:sourceRef": {}}}}]},
             "spec": {"interval": "10m", "path": "./deploy/production", "prune": true, "suspend": true, "sourceRef": {"kind": "GitRepository", "name": "app"}},
             "status": {"observedGeneration": 1, "lastAppliedRevision": "main@sha1:33a24748f56060f9052f7b68433d63219148fca1", "inventory": {"entries": [ENTRIES]},
               "conditions": [
                 {"type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "message": "Applied revision: main@sha1:33a24748f56060f9052f7b68433d63219148fca1", "observedGeneration": 1},
                 {"type": "Approved", "status": "False", "reason": "GateClosed", "message": "Reconciliation is waiting approval, gate 'team-TEAM/gate-GATE' is closed, gate 'flux-system/maintenance' is closed."}]}}
            """;
        return Encoding.UTF8.GetBytes(json
            .Replace("ENTRIES", entries, StringComparison.Ordinal).Replace("UID", $"{Guid.NewGuid()}", StringComparison.Ordinal)
            .Replace("TEAM", $"{number % 50}", StringComparison.Ordinal).Replace("GATE", $"{number % 400}", StringComparison.Ordinal)
            .Replace("NUMBER", $"{number}", StringComparison.Ordinal));
    }
}
