using Sluice.TestBed;

namespace Sluice.FluxStandIn.Tests;

public sealed class InterruptionTests
{
    [Fact]
    public async Task The_stand_in_goes_on_after_the_API_server_was_away_and_has_forgotten_its_watches()
    {
        await using var controlPlane = await ControlPlane.StartAsync();
        await FluxCrds.InstallAsync(controlPlane);
        await using var flux = await FluxInNamespace.StartAsync(controlPlane);
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1"))));

        var revision = "";
        await controlPlane.ExpireWatchesAsync(async () =>
        {
            revision = await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "2")));
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        });
        await flux.AppliedAsync(revision);

        // And it hears of changes again: this one is in no list that it made before.
        await flux.SuspendAsync("kustomization", "app");
        await flux.ReconcileAsync("kustomization", "app");
    }

    [Fact]
    public async Task The_stand_in_may_start_before_the_CRDs_are_there()
    {
        await using var controlPlane = await ControlPlane.StartAsync();
        await using var flux = await FluxInNamespace.StartAsync(controlPlane);
        await FluxCrds.InstallAsync(controlPlane);
        await flux.ApplyAppAsync();
        await flux.AppliedAsync(await flux.Git.CommitAsync(("deploy/one.yaml", flux.ConfigMap("one", "1"))));
    }
}
