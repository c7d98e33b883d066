using Sluice.TestBed;

namespace Sluice.Release.Tests;

/// <summary>The Helm chart, installed.</summary>
public sealed class ChartInstallTests(ChartCluster cluster) : IClassFixture<ChartCluster>
{
    [Fact]
    public async Task To_uninstall_it_leaves_the_gates_and_takes_the_rest()
    {
        await cluster.HelmAsync("install", "sluice", cluster.Chart, "--namespace=flux-system", "--set=admission=policies");
        await cluster.HelmAsync("upgrade", "sluice", cluster.Chart, "--namespace=flux-system", "--set=admission=none,replicas=3");
        (await cluster.Kubectl.RunAsync("-n", "flux-system", "get", "deployment/sluice-controller", "-o", "jsonpath={.spec.replicas}")).Should().Be("3");
        (await cluster.Kubectl.RunAsync("get", "mutatingadmissionpolicies", "-o", "name")).Should().BeEmpty();
        await cluster.Kubectl.RunAsync("apply", "--server-side", "-f", RepositoryRoot.Combine("config", "samples", "sre-approval.yaml"));

        await cluster.HelmAsync("uninstall", "sluice", "--namespace=flux-system");
        (await cluster.Kubectl.RunAsync("-n", "flux-system", "get", "gates", "-o", "name")).Trim().Should().Be("gate.gating.toolkit.fluxcd.io/sre-approval");
        (await cluster.Kubectl.RunAsync("get", "deployments,serviceaccounts,networkpolicies,validatingadmissionpolicies", "-A", "-o", "name")).Should().BeEmpty();
    }

    [Fact]
    public async Task An_upgrade_keeps_what_the_controller_has_put_into_the_webhook_and_going_over_to_policies_takes_the_webhook_away()
    {
        const string Authorities = "jsonpath={.webhooks[*].clientConfig.caBundle}", Webhook = "mutatingwebhookconfigurations";
        await cluster.HelmAsync("install", "sluice", cluster.Chart, "--namespace=flux-system", "--set=admission=webhook,crds.install=false");
        await cluster.Kubectl.ApplyAsync("""
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: sluice}
            webhooks:
              - {name: gated-objects.gating.toolkit.fluxcd.io, clientConfig: {caBundle: QQ==} }
              - {name: gate-requests.gating.toolkit.fluxcd.io, clientConfig: {caBundle: QQ==} }
            """, "sluice");
        await cluster.HelmAsync("upgrade", "sluice", cluster.Chart, "--namespace=flux-system", "--set=admission=webhook,crds.install=false,replicas=3");
        (await cluster.Kubectl.RunAsync("get", Webhook, "sluice", "-o", Authorities)).Should().Be("QQ== QQ==");
        (await cluster.Kubectl.RunAsync("-n", "flux-system", "get", "deployment/sluice-controller", "-o", "jsonpath={.spec.replicas}")).Should().Be("3");

        await cluster.HelmAsync("upgrade", "sluice", cluster.Chart, "--namespace=flux-system", "--set=admission=policies,crds.install=false");
        (await cluster.Kubectl.RunAsync("-n", "flux-system", "get", $"{Webhook},services", "-o", "name")).Should().BeEmpty();
        (await cluster.Kubectl.RunAsync("get", "mutatingadmissionpolicies", "-o", "name")).Should().Contain("/sluice-born-held");
        await cluster.HelmAsync("uninstall", "sluice", "--namespace=flux-system");
    }
}
