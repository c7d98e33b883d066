using System.Runtime.Versioning;
using Sluice.TestBed.Processes;

namespace Sluice.TestBed.Tests;

/// <summary>What <c>./try</c> does on a cluster that somebody has already.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TryTests(RunningControlPlane running) : IClassFixture<RunningControlPlane>, IDisposable
{
    private static readonly TimeSpan AMinuteOrTwo = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-try-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task On_a_cluster_of_somebodys_the_whole_story_runs_and_nothing_is_left_of_it()
    {
        await using var story = Try("--yes");
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(0, "it printed {0}", string.Join('\n', story.Output));
        story.Output.Should().Contain("That was the main job of Sluice.");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_story_that_is_interrupted_leaves_nothing_either()
    {
        await using var story = Try("--yes");
        await story.WaitForLineAsync("2. The commit 'my-app v1' is merged", AMinuteOrTwo, TestContext.Current.CancellationToken);
        await running.ControlPlane.Kubectl.RunAsync("get", "namespace/sluice-try");
        // What runs in the background, as CI may run this, has Ctrl-C ignored for good.
        Signals.Send(story.Id, Signals.Terminate).Should().Be(0);
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(143, "it printed {0}", string.Join('\n', story.Output));
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("--keep")]
    [InlineData("--context=nowhere")]
    public async Task Where_nobody_can_be_asked_or_the_cluster_is_not_there_nothing_is_installed(string option)
    {
        // In a session of its own there is no terminal to ask at.
        await using var story = ManagedProcess.Start("setsid", ["--wait", RepositoryRoot.Combine("try"), $"--kubeconfig={running.ControlPlane.KubeconfigPath}", option], Temporary());
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(1);
        string.Join('\n', story.Output).Should().ContainAny("there is nobody to ask: give --yes", "has no context 'nowhere'");
        Directory.EnumerateFiles(_folder, "kubeconfig", SearchOption.AllDirectories).Should().BeEmpty("it has credentials in it");
        await NothingIsInstalledAsync();
    }

    private ManagedProcess Try(string option) =>
        ManagedProcess.Start(RepositoryRoot.Combine("try"), [$"--kubeconfig={running.ControlPlane.KubeconfigPath}", option], Temporary());

    private Dictionary<string, string?> Temporary() => new() { ["TMPDIR"] = _folder };

    private async Task NothingIsLeftAsync()
    {
        Directory.EnumerateFileSystemEntries(_folder, "sluice-try.*").Should().BeEmpty();
        await NothingIsInstalledAsync();
    }

    private async Task NothingIsInstalledAsync() =>
        (await running.ControlPlane.Kubectl.RunAsync("get", "crds,namespaces", "-o", "name")).Should().NotContain("toolkit.fluxcd.io").And.NotContain("sluice-try");
}
