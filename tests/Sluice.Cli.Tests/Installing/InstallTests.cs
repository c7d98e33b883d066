using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Installing;

/// <summary><c>sluice install</c> on a real API server, on which no Deployment ever becomes available.</summary>
public sealed class InstallTests : IAsyncLifetime
{
    private ControlPlane _cluster = null!;
    private SluiceProgram _sluice = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ControlPlane.StartAsync();
        _sluice = new SluiceProgram(_cluster.KubeconfigPath);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task It_is_installed_once_and_a_second_run_changes_nothing_and_says_so()
    {
        (await _sluice.RunAsync("install --wait=false")).FailedWith(1).Error.Should().StartWith("error: there is no namespace 'flux-system' in the cluster").And.Contain("install Flux first");
        await _cluster.Kubectl.RunAsync("create", "namespace", "flux-system");

        (await _sluice.RunAsync("install --dry-run")).Succeeded().Rows.Should().OnlyContain(line => line.EndsWith(" created (dry run)"));
        (await _cluster.Kubectl.RunAsync("get", "crd,deploy,clusterrole", "-A", "-l", "app.kubernetes.io/part-of=sluice", "-o", "name")).Should().BeEmpty("a dry run stores nothing");

        var first = (await _sluice.RunAsync("install --wait=false")).Succeeded().Rows;
        first[0].Should().StartWith("CustomResourceDefinition ");
        first.Should().Contain("CustomResourceDefinition gates.gating.toolkit.fluxcd.io created");
        first[^2].Should().Be("Deployment flux-system/sluice-controller created");
        first.SkipLast(1).Should().OnlyContain(line => line.EndsWith(" created"));
        // This API server has MutatingAdmissionPolicy, so what it stamps is believed.
        first.Should().Contain("MutatingAdmissionPolicy sluice-born-held created");
        (await ValueAsync("deploy/sluice-controller", "{.spec.template.spec.containers[0].args}")).Should().Contain("--trust-requested-by");

        var versions = await VersionsAsync();
        var second = (await _sluice.RunAsync("install --wait=false")).Succeeded().Rows;
        second.SkipLast(1).Should().OnlyContain(line => line.EndsWith(" unchanged"));
        second[^1].Should().StartWith("Nothing changed");
        (await VersionsAsync()).Should().Be(versions);

        var image = (await _sluice.RunAsync("install --wait=false --image registry.example.org/sluice-controller:v0.1.0")).Succeeded().Rows;
        image.Where(line => !line.EndsWith(" unchanged")).Should().HaveCount(2).And.Contain("Deployment flux-system/sluice-controller configured");
    }

    [Fact]
    public async Task What_others_have_set_is_not_overwritten_unasked_and_what_they_made_stays()
    {
        await _cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await _cluster.Kubectl.RunAsync("apply", "-k", RepositoryRoot.Combine("config", "default"));
        await _cluster.Kubectl.RunAsync("label", "clusterrole", "sluice-viewer", "team=platform");
        await _cluster.Kubectl.RunAsync("create", "clusterrole", "sluice-of-others", "--verb=get", "--resource=gates.gating.toolkit.fluxcd.io");
        await _cluster.Kubectl.RunAsync("label", "clusterrole", "sluice-of-others", "app.kubernetes.io/part-of=sluice");
        // What kubectl has installed is this program's only when it is told so.
        (await _sluice.RunAsync("install --wait=false --admission=none")).FailedWith(1).Error.Should().Contain("conflict with \"kubectl-client-side-apply\"").And.Contain("--force-conflicts");
        var adopted = (await _sluice.RunAsync("install --wait=false --admission=none --force-conflicts")).Succeeded();
        adopted.Rows.Should().Contain("Deployment flux-system/sluice-controller adopted").And.Contain("ClusterRole sluice-viewer adopted");
        (await _sluice.RunAsync("install --wait=false --admission=none")).Succeeded().Rows[^1].Should().StartWith("Nothing changed");

        await _cluster.Kubectl.RunAsync("-n", "flux-system", "patch", "deploy/sluice-controller", "--type=merge", "--patch={\"spec\":{\"replicas\":3}}", "--field-manager=person");
        var refused = (await _sluice.RunAsync("install --wait=false --admission=none")).FailedWith(1).Error;
        refused.Should().StartWith("error: Deployment flux-system/sluice-controller: somebody else has set what Sluice sets: .spec.replicas").And.Contain("person").And.Contain("--force-conflicts");
        (await ValueAsync("deploy/sluice-controller", "{.spec.replicas}")).Should().Be("3");
        (await _sluice.RunAsync("install --wait=false --admission=none --force-conflicts")).Succeeded();
        (await ValueAsync("deploy/sluice-controller", "{.spec.replicas}")).Should().Be("2");

        (await ValueAsync("clusterrole/sluice-viewer", "{.metadata.labels.team}")).Should().Be("platform");
        (await ValueAsync("clusterrole/sluice-of-others", "{.metadata.name}")).Should().Be("sluice-of-others");
    }

    [Fact]
    public async Task A_controller_that_does_not_come_up_is_waited_for_and_then_said_what_is_missing()
    {
        await _cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        var waited = await _sluice.RunAsync("install --timeout 2s");
        waited.ExitCode.Should().Be(1);
        waited.Error.Should().Contain("waiting for Deployment flux-system/sluice-controller").And.Contain("is not ready after 2s").And.Contain("kubectl -n flux-system describe");

        // As a cluster with nodes has it, where the image is not to be had.
        await _cluster.Kubectl.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: sluice-controller-1, namespace: flux-system, labels: {app: sluice-controller} }
            spec: {containers: [{name: controller, image: "sluice-controller:v0.1.0"}] }
            """);
        await StatusAsync("pod/sluice-controller-1", """{"containerStatuses": [{"name": "controller", "ready": false, "image": "", "imageID": "", "restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"} } }] }""");
        await StatusAsync("deploy/sluice-controller", $$"""
            {"observedGeneration": {{await ValueAsync("deploy/sluice-controller", "{.metadata.generation}")}}, "replicas": 2, "updatedReplicas": 2, "unavailableReplicas": 2,
             "conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "has timed out progressing."}] }
            """);
        var failed = await _sluice.RunAsync("install");
        failed.ExitCode.Should().Be(1);
        failed.Error.Should().Contain("0 are available; condition Progressing is False (ProgressDeadlineExceeded)")
            .And.Contain("pod sluice-controller-1 waits: ImagePullBackOff: Back-off pulling image").And.Contain("--image");

        await StatusAsync("deploy/sluice-controller", $$"""
            {"observedGeneration": {{await ValueAsync("deploy/sluice-controller", "{.metadata.generation}")}}, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "conditions": null}
            """);
        (await _sluice.RunAsync("install")).Succeeded().Rows[^1].Should().StartWith("Nothing changed");
    }

    [Fact]
    public async Task The_check_says_which_policies_are_missing()
    {
        await _cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        (await _sluice.RunAsync("install --wait=false")).Succeeded();
        (await _sluice.RunAsync("check")).Output.Should().Contain("✔ The API server guards gates and held objects by policies").And.Contain("✔ The API server holds what names gates from birth");
        await _cluster.Kubectl.RunAsync("delete", "validatingadmissionpolicybinding", "sluice-gate-rights");
        await _cluster.Kubectl.RunAsync("delete", "mutatingadmissionpolicy", "sluice-born-held");
        (await _sluice.RunAsync("check")).Output.Should()
            .Contain("! admission policies are not installed: ValidatingAdmissionPolicyBinding sluice-gate-rights; without them, whoever may patch gates may open them")
            .And.Contain("! admission policies are not installed: MutatingAdmissionPolicy sluice-born-held; ");
    }

    private Task<string> ValueAsync(string what, string path) => _cluster.Kubectl.RunAsync("-n", "flux-system", "get", what, $"-o=jsonpath={path}");

    private Task StatusAsync(string what, string status) => _cluster.Kubectl.RunAsync("-n", "flux-system", "patch", what, "--subresource=status", "--type=merge", "--patch={\"status\": " + status + "}");

    private Task<string> VersionsAsync() => _cluster.Kubectl.RunAsync(
        "get", "crd,sa,clusterrole,role,clusterrolebinding,rolebinding,netpol,pdb,deploy", "-A", "-l", "app.kubernetes.io/part-of=sluice",
        "-o=jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion};{end}");
}
