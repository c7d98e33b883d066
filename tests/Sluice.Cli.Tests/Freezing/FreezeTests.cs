using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Cli.Tests.Freezing;

/// <summary><c>sluice freeze</c> and <c>sluice thaw</c> on a real API server, with the real controller.</summary>
public sealed class FreezeTests : IAsyncLifetime
{
    private ControlPlane _cluster = null!;
    private SluiceProgram _sluice = null!;
    private ManagedProcess _controller = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ControlPlane.StartAsync();
        await FluxCrds.InstallAsync(_cluster);
        await _cluster.InstallCrdsAsync(RepositoryRoot.Combine("config", "crd"));
        _sluice = new SluiceProgram(_cluster.KubeconfigPath);
        foreach (var ns in new[] { "flux-system", "apps", "web" })
        {
            await _cluster.Kubectl.RunAsync("create", "namespace", ns);
            await KustomizationAsync(ns, "app");
        }

        await _cluster.Kubectl.ApplyAsync("""
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: GitRepository
            metadata: {name: app, namespace: apps}
            spec: {interval: 10m, url: "https://git.example.org/app.git"}
            """);
        await _cluster.Kubectl.RunAsync("label", "crd", "kustomizations.kustomize.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io/name=app", "kustomize.toolkit.fluxcd.io/namespace=flux-system");
        _controller = StartController();
    }

    public async ValueTask DisposeAsync()
    {
        await _controller.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_freeze_of_the_cluster_holds_everything_but_what_Flux_is_deployed_by_and_a_thaw_lets_it_go()
    {
        var frozen = (await _sluice.RunAsync("freeze --all --timeout 40s --exclude web/other --reason {0}", "incident 42")).Succeeded();
        frozen.Rows.Should().Equal(
            "Froze the cluster: 2 objects are held, and so is whatever comes: incident 42",
            "Not frozen: web/other, flux-system/app",
            "To end it: sluice thaw --all");
        (await SuspendedAsync("apps")).Should().Be("true");
        (await SuspendedAsync("web")).Should().Be("true");
        (await SuspendedAsync("flux-system")).Should().BeEmpty();
        await KustomizationAsync("web", "other");
        (await _cluster.Kubectl.RunAsync("-n", "apps", "get", "gitrepository", "app", "-o", "jsonpath={.spec.suspend}")).Should().BeEmpty("sources go on being fetched");
        (await _sluice.RunAsync("explain ks/app -n apps")).Succeeded().Output.Should().Contain("is held").And.Contain("flux-system/freeze-all");

        (await _sluice.RunAsync("freeze -n flux-system --timeout 40s --reason {0}", "beside it")).Succeeded();
        (await _sluice.RunAsync("thaw -n flux-system")).Succeeded();
        (await _sluice.RunAsync("freeze --all -n web --timeout 40s --reason {0}", "again")).Succeeded();

        (await _sluice.RunAsync("thaw --all")).Succeeded().Output.Should().StartWith("Thawed the cluster");
        foreach (var ns in new[] { "apps", "web" })
            await Eventually.GivesAsync($"what is in {ns} is released", () => SuspendedAsync(ns), suspended => suspended.Length == 0);
        (await _cluster.Kubectl.RunAsync("get", "gates,gatebindings,clustergatebindings", "-A", "-o", "name")).Should().BeEmpty("a freeze leaves nothing behind");
        (await _sluice.RunAsync("thaw --all")).FailedWith(1).Error.Should().StartWith("error: the cluster is not frozen");
    }

    [Fact]
    public async Task A_freeze_of_a_namespace_holds_nothing_elsewhere_and_a_second_one_changes_the_reason()
    {
        (await _sluice.RunAsync("freeze -n apps --timeout 40s --reason {0}", "a migration")).Succeeded().Rows.Should().Contain("To end it: sluice thaw -n apps");
        (await SuspendedAsync("apps")).Should().Be("true");
        (await SuspendedAsync("web")).Should().BeEmpty();
        (await _sluice.RunAsync("freeze -n apps --timeout 40s --reason {0}", "it takes longer")).Succeeded();
        (await _cluster.Kubectl.RunAsync("-n", "apps", "get", "gate", "freeze", "-o", "jsonpath={.metadata.annotations}")).Should().Contain("it takes longer");
        (await _sluice.RunAsync("thaw -n web")).FailedWith(1).Error.Should().StartWith("error: namespace 'web' is not frozen");
        (await _sluice.RunAsync("thaw -n apps")).Succeeded();
        await Eventually.GivesAsync("it is released", () => SuspendedAsync("apps"), suspended => suspended.Length == 0);
    }

    [Fact]
    public async Task What_somebody_else_has_made_under_the_name_is_neither_changed_nor_deleted()
    {
        await _cluster.Kubectl.ApplyAsync("""
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Gate
            metadata: {name: freeze, namespace: apps}
            spec: {default: opened}
            """);
        foreach (var command in new[] { "freeze -n apps --reason x", "thaw -n apps" })
            (await _sluice.RunAsync(command)).FailedWith(1).Error.Should().StartWith("error: Gate apps/freeze was not made by 'freeze'");
        (await _cluster.Kubectl.RunAsync("-n", "apps", "get", "gate", "freeze", "-o", "jsonpath={.spec.default}")).Should().Be("opened");
    }

    [Fact]
    public async Task A_freeze_that_nobody_carries_out_says_so()
    {
        await _controller.TerminateAsync(TimeSpan.FromSeconds(20));
        (await _sluice.RunAsync("freeze -n apps --timeout 6s --reason x")).FailedWith(1).Error.Should()
            .Contain("namespace 'apps' is asked to freeze, but sluice-controller has not held everything within 6 s").And.Contain("sluice check");
        (await _sluice.RunAsync("thaw -n apps")).Succeeded();
    }

    [Fact]
    public async Task Where_no_controller_sees_everything_it_is_said_that_nobody_counts_what_is_held()
    {
        await _controller.DisposeAsync();
        await _cluster.Kubectl.RunAsync("-n", "apps", "label", "ks", "app", "sharding.fluxcd.io/key=one");
        _controller = StartController("--watch-label-selector=sharding.fluxcd.io/key=one");
        var said = (await _sluice.RunAsync("freeze -n apps --timeout 50s --reason x")).FailedWith(1).Error;
        said.Should().Contain("namespace 'apps' is asked to freeze, and sluice-controller has seen it").And.Contain("--watch-label-selector").And.NotContain("--watch-all-namespaces")
            .And.Contain("sluice get held -A").And.Contain("sluice thaw -n apps");
        await Eventually.GivesAsync("the shard holds what is its own", () => SuspendedAsync("apps"), suspended => suspended == "true");
        (await _sluice.RunAsync("freeze --all --timeout 50s --reason x")).FailedWith(1).Error.Should()
            .Contain("the cluster is asked to freeze, and sluice-controller has seen it").And.Contain("--watch-all-namespaces=false");
        foreach (var thaw in new[] { "thaw -n apps", "thaw --all" })
            (await _sluice.RunAsync(thaw)).Succeeded();
        await Eventually.GivesAsync("it is released", () => SuspendedAsync("apps"), suspended => suspended.Length == 0);
    }

    private ManagedProcess StartController(params string[] more) =>
        ManagedProcess.Start(ControllerBinary.Path, ["--runtime-namespace=flux-system", "--metrics-addr=0", "--health-addr=0", $"--kubeconfig={_cluster.KubeconfigPath}", .. more]);

    private Task<string> SuspendedAsync(string ns) => _cluster.Kubectl.RunAsync("-n", ns, "get", "ks", "app", "-o", "jsonpath={.spec.suspend}");

    private Task KustomizationAsync(string ns, string name) => _cluster.Kubectl.ApplyAsync($$"""
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: {{name}}, namespace: {{ns}} }
        spec: {interval: 10m, path: ./deploy, prune: true, sourceRef: {kind: GitRepository, name: app} }
        """);
}
