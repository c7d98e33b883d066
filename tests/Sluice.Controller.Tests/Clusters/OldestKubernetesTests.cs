using Sluice.TestBed;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>What is installed on the oldest Kubernetes that Sluice supports.</summary>
public sealed class OldestKubernetesTests : IAsyncLifetime
{
    private readonly Cluster _cluster = new() { Kubernetes = ControlPlaneOptions.OldestSupportedVersion };

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Kubernetes_1_30_takes_every_policy_and_all_that_config_webhook_installs()
    {
        await _cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await _cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "webhook"));
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine("config", "admission"), "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml"))
        {
            // As a new object: what an object has already may use what is newer.
            await _cluster.Kubectl.RunAsync("delete", "--ignore-not-found", $"--filename={file}");
            await _cluster.Kubectl.RunAsync("create", $"--filename={file}");
        }

        (await _cluster.Kubectl.RunAsync("get", "validatingadmissionpolicies", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCountGreaterThan(5);
        (await _cluster.Kubectl.RunAsync("get", "mutatingwebhookconfigurations", "-o", "name")).Trim().Should().Be("mutatingwebhookconfiguration.admissionregistration.k8s.io/sluice");
    }
}
