using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Sources;

/// <summary>A cluster with the policies that prove who votes, and the roles for people. No controller runs until a test starts one.</summary>
public sealed class ApprovingCluster : IAsyncLifetime
{
    public Cluster Cluster { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Cluster.InitializeAsync();
        await Cluster.Kubectl.RunAsync("create", "namespace", "flux-system");
        await Cluster.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "default-mutating"));
        // A policy is in force a moment after it was created.
        await Eventually.GivesAsync("policies are in force", async () =>
        {
            try
            {
                await Cluster.ControlPlane.KubectlFor("nobody", "system:masters").RunAsync(
                    "create", "--dry-run=server", "-o", "name", "-f", await WriteAsync());
                return false;
            }
            catch (KubectlException e)
            {
                return e.Message.Contains("the approver must be who creates the approval", StringComparison.Ordinal);
            }
        }, inForce => inForce);
    }

    public async ValueTask DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>Starts the controller with the rights that it is installed with.</summary>
    public Task<RunningController> StartControllerAsync(params string[] arguments) => RunningController.StartAsync(
        Cluster.ControlPlane.KubeconfigFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts", "system:serviceaccounts:flux-system", "system:authenticated"),
        ["--trust-requested-by", "--runtime-namespace=flux-system", .. arguments]);

    private static async Task<string> WriteAsync()
    {
        var file = Path.Combine(Path.GetTempPath(), $"sluice-probe-{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(file, """
            apiVersion: gating.toolkit.fluxcd.io/v1alpha1
            kind: Approval
            metadata: {name: probe, namespace: default}
            spec:
              gate: {name: none, uid: none}
              target: {kind: GatedSource, namespace: default, name: none, uid: none}
              revision: none
              digest: sha256:00
              specDigest: sha256:00
              decision: approve
              approver: {username: somebody-else}
            """);
        return file;
    }
}
