using Sluice.FluxStandIn.Tests;
using Sluice.TestBed;

[assembly: AssemblyFixture(typeof(RunningControlPlane))]

namespace Sluice.FluxStandIn.Tests;

/// <summary>One control plane with the CRDs of Flux (its own, where this machine has them) for all tests; each test has a namespace of its own.</summary>
public sealed class RunningControlPlane : IAsyncLifetime
{
    public ControlPlane ControlPlane { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ControlPlane = await ControlPlane.StartAsync();
        await FluxCrds.InstallAsync(ControlPlane);
    }

    public ValueTask DisposeAsync() => ControlPlane.DisposeAsync();
}
