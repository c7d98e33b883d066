using Sluice.TestBed.Processes;

namespace Sluice.FluxStandIn.Tests;

public sealed class ProgramTests
{
    [Fact]
    public async Task The_first_thing_that_the_program_says_is_that_it_is_not_Flux()
    {
        // Whatever comes of it: this one has no cluster.
        await using var program = ManagedProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "flux-stand-in.dll"), "--kubeconfig", "/nonexistent"]);

        (await program.WaitForExitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).Should().Be(1);

        program.Output[0].Should().StartWith("flux-stand-in: plays Flux's source-controller").And.EndWith("It is not Flux.");
        program.Output[^1].Should().Contain("name one with --kubeconfig");
    }
}
