using System.Diagnostics;
using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

public sealed class CompletionTests(ClusterWithGates cluster)
{
    private readonly SluiceProgram _sluice = new(cluster.ControlPlane.KubeconfigPath);

    [Fact]
    public async Task Words_are_completed_from_commands_options_and_the_cluster()
    {
        var inNamespace = await cluster.NamespaceAsync("complete");
        await cluster.GateAsync(inNamespace, "sre-approval");
        await cluster.GateAsync(inNamespace, "qa");
        await cluster.KustomizationAsync(inNamespace, "my-app", "qa");
        (await CompleteAsync("res")).Should().Equal("resume", ":4");
        (await CompleteAsync("get", "g")).Should().Equal("gate", "gatedsource", "gatedsources", "gates", "gsrc", "gt", ":4");
        (await CompleteAsync("get", "gates", "-o", "j")).Should().Equal("json", ":4");
        (await CompleteAsync("open", "--rev")).Should().Equal("--revision", ":4");
        await CompletesFromClusterAsync(["open", "-n", inNamespace, ""], "qa", "sre-approval", ":4");
        await CompletesFromClusterAsync(["open", "-n", inNamespace, "s"], "sre-approval", ":4");
        (await CompleteAsync("explain", "ku")).Should().Equal("kustomization/", ":6");
        await CompletesFromClusterAsync(["explain", "-n", inNamespace, "ks/m"], "ks/my-app", ":4");
        (await CompleteAsync("completion", "z")).Should().Equal("zsh", ":4");
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_costs_a_completion_nothing_but_its_names()
    {
        var result = (await new SluiceProgram("/nonexistent").RunAsync(["__complete", "open", ""])).Succeeded();
        result.Output.Should().Be(":4\n");
        result.Error.Should().BeEmpty();
    }

    [Theory]
    [InlineData("get", "gates", "-o", "foo", "")]
    [InlineData("get", "gates", "--timeout", "soon", "")]
    [InlineData("open", "--kubeconfig", "/nonexistent", "--all-namespaces=maybe", "")]
    [InlineData("get", "gates", "-n", "")]
    [InlineData("explain", "-o", "foo", "ks/")]
    [InlineData("schedule", "--timeout", "soon", "--tim")]
    public async Task What_is_wrong_with_a_command_line_so_far_costs_a_completion_nothing_but_its_names(params string[] words)
    {
        var result = (await _sluice.RunAsync(["__complete", .. words])).Succeeded();
        result.Output.Should().EndWith(":4\n");
        result.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task Bash_completes_with_the_script()
    {
        var script = (await _sluice.RunAsync("completion bash")).Succeeded().Output;
        var start = new ProcessStartInfo("bash", ["-c", script + """
            COMP_WORDS=("$0" get g) COMP_CWORD=2
            _sluice_complete
            echo "${COMPREPLY[*]}"
            """, SluiceProgram.Path]) { RedirectStandardOutput = true };
        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        output.Trim().Should().Be("gate gatedsource gatedsources gates gsrc gt");
    }

    [Theory]
    [InlineData("bash", "complete -F")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c")]
    [InlineData("powershell", "Register-ArgumentCompleter")]
    public async Task Every_shell_has_its_script_for_every_name_of_the_program(string shell, string registration) =>
        (await _sluice.RunAsync($"completion {shell}")).Succeeded().Output.Should().Contain(registration).And.Contain("kubectl-gate").And.Contain("flux-gate");

    /// <summary>A completion gives up after two seconds, which a cluster on a machine that runs all tests at once may take.</summary>
    private Task CompletesFromClusterAsync(string[] words, params string[] expected) => Eventually.GivesAsync(
        $"'{string.Join(' ', words)}' is completed to {string.Join(", ", expected)}", async () => string.Join('|', await CompleteAsync(words)), found => found == string.Join('|', expected));

    private async Task<IReadOnlyList<string>> CompleteAsync(params string[] words) =>
        (await _sluice.RunAsync(["__complete", .. words])).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
