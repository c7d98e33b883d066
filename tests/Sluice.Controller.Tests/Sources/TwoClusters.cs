namespace Sluice.Controller.Tests.Sources;

/// <summary>Two clusters that are alike, down to the names of the namespaces that tests make in both; nothing in them has the same identity.</summary>
public sealed class TwoClusters : IAsyncLifetime
{
    public RunningApprovals Staging { get; } = new();

    public RunningApprovals Production { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Staging.InitializeAsync();
        await Production.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Staging.DisposeAsync();
        await Production.DisposeAsync();
    }
}
