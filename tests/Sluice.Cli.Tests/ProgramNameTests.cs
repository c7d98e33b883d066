namespace Sluice.Cli.Tests;

public sealed class ProgramNameTests
{
    [Theory]
    [InlineData("/usr/local/bin/sluice", "sluice")]
    [InlineData("/home/me/.fluxcd/plugins/flux-gate", "flux gate")]
    [InlineData("kubectl-gate", "kubectl gate")]
    [InlineData("kubectl-gate.exe", "kubectl gate")]
    [InlineData("", "sluice")]
    [InlineData(null, "sluice")]
    public void A_plugin_calls_itself_as_its_user_does(string? path, string name) => ProgramName.Of(path).Should().Be(name);
}
