namespace Sluice.TestBed.Tests;

/// <summary>One control plane for the tests of a class.</summary>
public sealed class RunningControlPlane : IAsyncLifetime
{
    public ControlPlane ControlPlane { get; private set; } = null!;

    public async ValueTask InitializeAsync() => ControlPlane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => ControlPlane.DisposeAsync();
}
