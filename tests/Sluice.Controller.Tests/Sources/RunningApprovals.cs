using Sluice.Controller.Tests.Clusters;

namespace Sluice.Controller.Tests.Sources;

/// <summary>A cluster with the policies and one controller, for classes of tests that do not stop it.</summary>
public sealed class RunningApprovals : IAsyncLifetime
{
    public ApprovingCluster Approving { get; } = new();

    public Cluster Cluster => Approving.Cluster;

    public RunningController Controller { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Approving.InitializeAsync();
        Controller = await Approving.StartControllerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Controller.DisposeAsync();
        await Approving.DisposeAsync();
    }
}
