using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Controller.Tests.Holds;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Holding leaves no gap: not at birth, not when somebody resumes, not while Sluice is down, not under load.</summary>
public sealed class NoGapTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    private const int Count = 1000;
    private const int AtOnce = 16;

    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = guarded.Cluster;

    [Fact]
    public async Task Of_1000_creations_and_1000_attempts_to_resume_a_watcher_sees_none_unsuspended_also_while_Sluice_is_killed_and_all_are_released_when_the_gate_opens()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
        await using (var watch = await ResumeWatch.StartAsync(_cluster, Kustomization, ns))
        {
            var killed = KillWhenAsync(() => watch.Objects.Count > Count / 3);
            var refused = 0;
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken };
            await Parallel.ForAsync(0, Count, options, async (i, _) =>
            {
                await ApplyAsync(ns, i);
                if (!await ResumeAsync(ns, i))
                {
                    Interlocked.Increment(ref refused);
                }
            });
            await killed;

            // The watch has seen all that was written before this.
            await _cluster.CreateGatedAsync(Kustomization, ns, "last", "gate");
            await Eventually.GivesAsync("the watch has seen everything", () => Task.FromResult(watch.Objects.Count), seen => seen == Count + 1);
            watch.Resumed.Should().BeEmpty();
            refused.Should().Be(Count * 3 / 4, "the fourth way is an apply, which is corrected");

            await guarded.StartControllerAsync();
            await Eventually.GivesAsync("all are held by the gate", () => _cluster.GetAsync(FluxResources.Gate, ns, "gate"),
                gate => (int?)gate!["status"]?["held"] == Count + 1, TimeSpan.FromMinutes(2));
            watch.Resumed.Should().BeEmpty();
        }

        await _cluster.OpenAsync(ns, "gate");
        await Eventually.GivesAsync("all are released", () => _cluster.Api.ListAsync(Kustomization, new() { Namespace = ns }, Parse),
            all => all.Items.Count == Count + 1 && all.Items.All(found => !found.IsSuspended() && found.HeldBy() is null), TimeSpan.FromMinutes(2));
    }

    private async Task KillWhenAsync(Func<bool> isTime)
    {
        await Eventually.GivesAsync("a third of the objects exists", () => Task.FromResult(isTime()), isThere => isThere, TimeSpan.FromMinutes(2));
        guarded.Controller!.Process.Kill();
    }

    /// <summary>As kustomize-controller does, from a manifest that even says that it is not suspended.</summary>
    private Task ApplyAsync(string ns, int i) => _cluster.Api.ApplyAsync(Kustomization, new(ns, $"app-{i}"), Encoding.UTF8.GetBytes(
        $$$"""
        {"apiVersion": "{{{Kustomization.ApiVersion}}}", "kind": "Kustomization",
         "metadata": {"namespace": "{{{ns}}}", "name": "app-{{{i}}}", "annotations": {"gating.toolkit.fluxcd.io/gates": "gate"} },
         "spec": {"interval": "10m", "prune": true, "suspend": false, "sourceRef": {"kind": "GitRepository", "name": "app"} } }
        """), new("kustomize-controller") { Force = true }, ObjectDecoders.Ignore);

    /// <summary>One of four ways to resume; whether it was let through.</summary>
    private async Task<bool> ResumeAsync(string ns, int i)
    {
        try
        {
            await ((i % 4) switch
            {
                0 => ApplyAsync(ns, i),
                1 => _cluster.PatchAsync(Kustomization, ns, $"app-{i}", """{"spec": {"suspend": false} }""", "flux"),
                2 => _cluster.PatchAsync(Kustomization, ns, $"app-{i}", """{"spec": {"suspend": null}, "metadata": {"annotations": {"gating.toolkit.fluxcd.io/held-by": null} } }""", "kubectl-edit"),
                _ => ReplaceAsync(ns, i),
            });
            return true;
        }
        catch (KubernetesApiException e) when (e.Message.Contains("sluice-held-objects", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private async Task ReplaceAsync(string ns, int i)
    {
        while (true)
        {
            var found = (await _cluster.GetAsync(Kustomization, ns, $"app-{i}"))!;
            found["spec"]!.AsObject().Remove("suspend");
            try
            {
                await _cluster.Api.UpdateAsync(Kustomization, new(ns, $"app-{i}"), Encoding.UTF8.GetBytes(found.ToJsonString()), new() { FieldManager = "replacer" }, ObjectDecoders.Ignore);
                return;
            }
            catch (KubernetesApiException e) when (e.IsConflict)
            {
                // Sluice has written it meanwhile.
            }
        }
    }

    private static JsonNode Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json)!;
}
