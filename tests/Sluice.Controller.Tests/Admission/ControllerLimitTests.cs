using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Whoever takes sluice-controller over may suspend and resume, and change nothing else of what Flux deploys.</summary>
public sealed class ControllerLimitTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    private static readonly ApiResource Kustomization = FluxResources.Kustomization;

    private readonly Cluster _cluster = guarded.Cluster;

    [Theory]
    [InlineData("""{"spec": {"path": "./mine"} }""", "spec")]
    [InlineData("""{"spec": {"serviceAccountName": "mine"} }""", "spec")]
    [InlineData("""{"spec": {"interval": "1m", "suspend": false} }""", "spec")]
    [InlineData("""{"metadata": {"labels": {"mine": "x"} } }""", "metadata")]
    [InlineData("""{"metadata": {"annotations": {"kustomize.toolkit.fluxcd.io/ssa": "Merge"} } }""", "metadata")]
    [InlineData("""{"metadata": {"finalizers": ["example.org/mine"]} }""", "metadata")]
    public async Task It_is_refused_whatever_it_has_no_business_with(string patch, string what)
    {
        var ns = await NewAsync();
        var refused = (await new Func<Task>(() => PatchAsync(ns, patch)).Should().ThrowAsync<KubectlException>()).Which.Error;
        refused.Should().Contain(what == "spec" ? "may change nothing of a spec but spec.suspend" : "may change no metadata but its own annotations");
    }

    [Fact]
    public async Task It_holds_and_releases_and_writes_its_own_words()
    {
        var ns = await NewAsync();
        await PatchAsync(ns, """{"spec": {"suspend": true}, "metadata": {"annotations": {"gating.toolkit.fluxcd.io/held-by": "x"} } }""");
        await PatchAsync(ns, """{"spec": {"suspend": null}, "metadata": {"annotations": {"gating.toolkit.fluxcd.io/held-by": null} } }""");
    }

    private async Task<string> NewAsync()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "");
        return ns;
    }

    /// <summary>As sluice-controller's service account, with its rights.</summary>
    private Task<string> PatchAsync(string ns, string patch) =>
        _cluster.ControlPlane.KubectlFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts", "system:authenticated")
            .RunAsync("-n", ns, "patch", "kustomizations.kustomize.toolkit.fluxcd.io/app", "--field-manager=sluice", "--type=merge", "-p", patch);
}
