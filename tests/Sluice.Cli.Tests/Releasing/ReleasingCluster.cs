using Sluice.Cli.Tests.Programs;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Cli.Tests.Releasing;

/// <summary>A real API server with what <c>config/default-mutating</c> installs, policies and roles included, and the real controller with the rights that it has there.</summary>
public sealed class ReleasingCluster : IAsyncLifetime
{
    private ControlPlane? _controlPlane;
    private ManagedProcess? _controller;

    /// <summary>The API server.</summary>
    public ControlPlane ControlPlane => _controlPlane ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        _controlPlane = await ControlPlane.StartAsync();
        await FluxCrds.InstallAsync(ControlPlane);
        await ControlPlane.Kubectl.RunAsync("create", "namespace", "flux-system");
        await ControlPlane.Kubectl.RunAsync("apply", "--server-side", "-k", RepositoryRoot.Combine("config", "default-mutating"));
        await ApprovalPolicies.InForceAsync(ControlPlane);
        var kubeconfig = ControlPlane.KubeconfigFor("system:serviceaccount:flux-system:sluice-controller", "system:serviceaccounts", "system:serviceaccounts:flux-system");
        _controller = ManagedProcess.Start(ControllerBinary.Path,
            ["--runtime-namespace=flux-system", "--metrics-addr=0", "--health-addr=0", "--trust-requested-by", $"--kubeconfig={kubeconfig}"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_controller is not null)
            await _controller.DisposeAsync();
        if (_controlPlane is not null)
            await _controlPlane.DisposeAsync();
    }
}
