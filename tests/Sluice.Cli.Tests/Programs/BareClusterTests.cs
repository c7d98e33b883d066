using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

public sealed class BareClusterTests
{
    [Fact]
    public async Task Without_CRDs_every_command_says_what_is_missing_and_how_to_install_it()
    {
        await using var bare = await ControlPlane.StartAsync();
        var sluice = new SluiceProgram(bare.KubeconfigPath);
        foreach (var command in new[] { "get gates", "get gates qa", "open qa", "close qa --wait=false", "history gate/qa" })
        {
            (await sluice.RunAsync(command)).FailedWith(1).Error.Should()
                .StartWith("error: the cluster does not serve gates.gating.toolkit.fluxcd.io in version v1alpha1: Sluice is not installed there", "'{0}' was run", command)
                .And.Contain("sluice install");
        }

        foreach (var command in new[] { "pending", "pending -A --mine", "get gatedsources", "approve app --yes", "reject app --reason x", "revoke app", "rollback app --to x", "history gsrc/app", "explain gsrc/app" })
        {
            (await sluice.RunAsync(command)).FailedWith(1).Error.Should()
                .StartWith("error: the cluster does not serve gatedsources.gating.toolkit.fluxcd.io in version v1alpha1: Sluice is not installed there", "'{0}' was run", command);
        }

        (await sluice.RunAsync("get held")).FailedWith(1).Error.Should().StartWith("error: the cluster serves none of Flux's kinds: Flux is not installed there");
        (await sluice.RunAsync("explain ks/my-app")).FailedWith(1).Error.Should().StartWith("error: the cluster does not serve kustomizations.kustomize.toolkit.fluxcd.io");
        var check = await sluice.RunAsync("check");
        check.ExitCode.Should().Be(1);
        check.Output.Should().Contain("✗ Gates are not installed").And.Contain("✗ Flux is not installed").And.Contain("✗ no sluice-controller has ever led");
    }
}
