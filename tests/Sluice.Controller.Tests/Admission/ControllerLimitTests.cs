using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>Whoever takes sluice-controller over may suspend and resume, and write targets; and change nothing else of what Flux deploys.</summary>
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

    [Fact]
    public async Task It_creates_targets_of_gated_sources_and_changes_what_they_are_and_can_make_nothing_else_one()
    {
        var ns = await _cluster.NewNamespaceAsync();
        var plain = Repository(ns, "plain", "{}");
        (await Refused(() => Sluice.RunAsync(["create", "--field-manager=sluice-sources", "-f", "-"], plain, TestContext.Current.CancellationToken))).Should().Contain("creates nothing but the targets of GatedSources");
        await _cluster.Kubectl.ApplyAsync(plain);
        (await Refused(() => Sluice.RunAsync("-n", ns, "annotate", "--field-manager=sluice-sources", "gitrepository", "plain", "gating.toolkit.fluxcd.io/gated-source=app"))).Should().Contain("may change no metadata");

        await Sluice.RunAsync(["create", "--field-manager=sluice-sources", "-f", "-"], Repository(ns, "target", """{"gating.toolkit.fluxcd.io/gated-source": "app"}"""), TestContext.Current.CancellationToken);
        await Sluice.RunAsync("-n", ns, "patch", "gitrepository", "target", "--field-manager=sluice-sources", "--type=merge", "-p", """{"spec": {"ref": {"commit": "aa"} } }""");
    }

    private Kubectl Sluice => _cluster.ControlPlane.KubectlFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts", "system:authenticated");

    private static string Repository(string ns, string name, string annotations) => $$"""
        {"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "metadata": {"name": "{{name}}", "namespace": "{{ns}}", "annotations": {{annotations}} },
         "spec": {"interval": "1h", "url": "https://git.example.org/app.git"} }
        """;

    private static async Task<string> Refused(Func<Task<string>> attempt) => (await attempt.Should().ThrowAsync<KubectlException>()).Which.Error;

    private async Task<string> NewAsync()
    {
        var ns = await _cluster.NewNamespaceAsync();
        await _cluster.CreateGatedAsync(Kustomization, ns, "app", "");
        return ns;
    }

    /// <summary>As sluice-controller's service account, with its rights.</summary>
    private Task<string> PatchAsync(string ns, string patch) =>
        Sluice.RunAsync("-n", ns, "patch", "kustomizations.kustomize.toolkit.fluxcd.io/app", "--field-manager=sluice", "--type=merge", "-p", patch);
}
