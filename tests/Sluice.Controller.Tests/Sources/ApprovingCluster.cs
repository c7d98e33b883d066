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
        await ApprovalPolicies.InForceAsync(Cluster.ControlPlane);
    }

    public async ValueTask DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>Starts the controller with the rights that it is installed with.</summary>
    public Task<RunningController> StartControllerAsync(params string[] arguments) => RunningController.StartAsync(
        Cluster.ControlPlane.KubeconfigFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts", "system:serviceaccounts:flux-system", "system:authenticated"),
        ["--trust-requested-by", "--runtime-namespace=flux-system", .. arguments]);
}
