using Sluice.TestBed;

namespace Sluice.Release.Tests;

/// <summary>The Helm chart, installed.</summary>
public sealed class ChartInstallTests(ChartCluster cluster) : IClassFixture<ChartCluster>
{
    [Fact]
    public async Task To_uninstall_it_leaves_the_gates_and_takes_the_rest()
    {
        await cluster.HelmAsync("install", "sluice", cluster.Chart, "--namespace=flux-system", "--set=mutatingPolicies=always");
        await cluster.HelmAsync("upgrade", "sluice", cluster.Chart, "--namespace=flux-system", "--set=mutatingPolicies=never,replicas=3");
        (await cluster.Kubectl.RunAsync("-n", "flux-system", "get", "deployment/sluice-controller", "-o", "jsonpath={.spec.replicas}")).Should().Be("3");
        (await cluster.Kubectl.RunAsync("get", "mutatingadmissionpolicies", "-o", "name")).Should().BeEmpty();
        await cluster.Kubectl.RunAsync("apply", "--server-side", "-f", RepositoryRoot.Combine("config", "samples", "sre-approval.yaml"));

        await cluster.HelmAsync("uninstall", "sluice", "--namespace=flux-system");
        (await cluster.Kubectl.RunAsync("-n", "flux-system", "get", "gates", "-o", "name")).Trim().Should().Be("gate.gating.toolkit.fluxcd.io/sre-approval");
        (await cluster.Kubectl.RunAsync("get", "deployments,serviceaccounts,networkpolicies,validatingadmissionpolicies", "-A", "-o", "name")).Should().BeEmpty();
    }
}
