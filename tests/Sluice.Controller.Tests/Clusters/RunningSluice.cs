namespace Sluice.Controller.Tests.Clusters;

/// <summary>A cluster on which one controller runs, for classes of tests that do not stop it.</summary>
public sealed class RunningSluice : IAsyncLifetime
{
    public Cluster Cluster { get; } = new();

    public RunningController Controller { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Cluster.InitializeAsync();
        Controller = await Cluster.StartControllerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Controller.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
