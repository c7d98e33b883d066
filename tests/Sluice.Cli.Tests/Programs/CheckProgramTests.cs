using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

public sealed class CheckProgramTests(ClusterWithGates cluster)
{
    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    [Fact]
    public async Task A_cluster_with_a_leading_controller_is_ready()
    {
        var inNamespace = await cluster.NamespaceAsync("check-ready");
        await LeaseAsync(inNamespace, TimeProvider.System.GetUtcNow());
        var result = (await _sluice.RunAsync($"check --controller-namespace {inNamespace} -n {inNamespace}")).Succeeded();
        result.Rows[0].Should().MatchRegex(@"^✔ API server at https://127\.0\.0\.1:\d+/ answers, version v1\.\d+\.\S+$");
        result.Rows[1].Should().Be("✔ Gates are installed: gates.gating.toolkit.fluxcd.io, version v1alpha1");
        result.Output.Should().Contain("✔ Flux is installed: Kustomization").And.Contain("✔ sluice-controller runs").And.Contain("✔ you ('admin') may get, list and patch gates in");
        result.Rows[^1].Should().Be("The cluster is ready for Sluice.");
    }

    [Fact]
    public async Task A_controller_that_stopped_is_wrong_and_says_what_to_do()
    {
        var inNamespace = await cluster.NamespaceAsync("check-stopped");
        await LeaseAsync(inNamespace, TimeProvider.System.GetUtcNow().AddMinutes(-10));
        var result = await _sluice.RunAsync($"check --controller-namespace {inNamespace} -o json");
        result.ExitCode.Should().Be(1);
        result.Json.AsArray().Single(line => (string?)line!["result"] == "Wrong")!["text"]!.ToString().Should().StartWith("sluice-controller does not answer: Lease");
    }

    [Fact]
    public async Task Rights_are_those_of_the_user_who_asks()
    {
        var inNamespace = await cluster.NamespaceAsync("check-rights");
        await LeaseAsync(inNamespace, TimeProvider.System.GetUtcNow());
        await cluster.ControlPlane.Kubectl.RunAsync("create", "role", "viewer", $"--namespace={inNamespace}", "--verb=get,list", "--resource=gates.gating.toolkit.fluxcd.io");
        await cluster.ControlPlane.Kubectl.RunAsync("create", "rolebinding", "viewer", $"--namespace={inNamespace}", "--role=viewer", "--user=june");
        var june = new SluiceProgram(cluster.ControlPlane.KubeconfigFor("june"));
        var result = await june.RunAsync($"check --controller-namespace {inNamespace} -n {inNamespace}");
        result.ExitCode.Should().Be(1, "june may not even read Flux's objects");
        result.Output.Should()
            .Contain($"! you ('june') may not patch gates in namespace '{inNamespace}'")
            .And.Contain("✗ you ('june') may not get Flux's objects; nor list Flux's objects; nor patch Flux's objects")
            .And.Contain("! you may not read Leases");
    }

    private Task<string> LeaseAsync(string inNamespace, DateTimeOffset renewed) => cluster.ControlPlane.Kubectl.ApplyAsync(
        $$"""
        apiVersion: coordination.k8s.io/v1
        kind: Lease
        metadata: {name: sluice-controller-leader-election, namespace: {{inNamespace}}}
        spec: {holderIdentity: controller-0, leaseDurationSeconds: 35, renewTime: "{{renewed:yyyy-MM-ddTHH:mm:ss.ffffffZ}}"}
        """);
}
