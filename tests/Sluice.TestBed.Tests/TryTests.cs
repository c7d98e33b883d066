using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Sluice.TestBed.Processes;

namespace Sluice.TestBed.Tests;

/// <summary>What <c>./try</c> does on a control plane of its own, and on a cluster that somebody has already.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TryTests(RunningControlPlane running) : IClassFixture<RunningControlPlane>, IAsyncDisposable
{
    private static readonly TimeSpan AMinuteOrTwo = TimeSpan.FromMinutes(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-try-tests-").FullName;

    public async ValueTask DisposeAsync()
    {
        // Of one that had to be killed.
        foreach (var data in Directory.EnumerateDirectories(_folder, "sluice-try.*").Select(work => Path.Combine(work, "control-plane")).Where(Directory.Exists))
        {
            await using var down = ManagedProcess.Start(RepositoryRoot.Combine("dev", "control-plane"), ["down", "--data-dir", data]);
            await down.WaitForExitAsync(AMinuteOrTwo);
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task On_a_control_plane_of_its_own_the_whole_story_runs_step_by_step_and_nothing_is_left_of_it()
    {
        await using var story = Start("setsid", RepositoryRoot.Combine("try"));
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(0, "it printed {0}", string.Join('\n', story.Output));
        string[] inOrder =
        [
            "1. A gate that is closed by default", "\nmaintenance    True ", "\nsre-approval   False ",
            "2. The commit 'my-app v1' is merged", "\nReconciliation is waiting approval, gate 'sluice-try/sre-approval' is closed.\n", "\nKustomization sluice-try/my-app is held since ",
            "3. Somebody opens the gate", "\nsre-approval   True ", "Gate scheduled for closing at ", "\nv1\n",
            "4. The window runs out", "\nsre-approval   False ", "Gate closed by default\n",
            "5. The next commit, 'my-app v2', waits", "\nv1\n", "\nkustomization/my-app   sluice-try/sre-approval (GateClosed) ",
            "6. A gate that is opened by default closes", "Gate sluice-try/sre-approval is opened until ", "\nIf nobody does anything, it is released at ", "\nv2\n",
            "7. What happened, as Events", "GateOpened   Gate opened by default\n", "v2 is tested (by ",
            "That was the main job of Sluice.",
        ];
        string.Join('\n', story.Output).Should().MatchRegex($"(?s){string.Join(".*", inOrder.Select(Regex.Escape))}");
        NothingRuns(story);
    }

    [Fact]
    public async Task What_is_kept_goes_on_running_and_is_stopped_as_it_says()
    {
        await using var story = Start("setsid", RepositoryRoot.Combine("try"), "--keep");
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(0, "it printed {0}", string.Join('\n', story.Output));
        var (around, stop) = (After(story, "  export "), After(story, "To stop:    "));
        try
        {
            (await ShellAsync($"export {around}; kubectl get gates -o name")).Should().Equal("gate.gating.toolkit.fluxcd.io/maintenance", "gate.gating.toolkit.fluxcd.io/sre-approval");
            (await ShellAsync($"export {around}; {After(story, "  alias sluice=").Trim('\'')} open sre-approval --reason kept")).Should().ContainMatch("Gate sluice-try/sre-approval is opened until *");
        }
        finally
        {
            await ShellAsync(stop);
        }

        await EndedAsync(story);
    }

    [Fact]
    public async Task What_is_kept_on_a_cluster_of_somebodys_is_removed_from_that_cluster_in_whatever_terminal_it_is_stopped()
    {
        await using var story = Start("setsid", RepositoryRoot.Combine("try"), "--keep", "--yes", $"--kubeconfig={running.ControlPlane.KubeconfigPath}");
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(0, "it printed {0}", string.Join('\n', story.Output));
        try
        {
            (await running.ControlPlane.Kubectl.RunAsync("get", "gates", "-n", "sluice-try", "-o", "name")).Should().Contain("gate.gating.toolkit.fluxcd.io/sre-approval");
        }
        finally
        {
            // Another terminal knows nothing of that cluster, and has no other one either.
            await ShellAsync($"unset KUBECONFIG; export HOME='{_folder}'; {After(story, "To stop:    ")}");
        }

        await EndedAsync(story);
        await NothingIsLeftAsync(story);
    }

    [Theory]
    [InlineData("n", "Nothing was installed.")]
    [InlineData("", "Nothing was installed.")]
    [InlineData("y", "1. A gate that is closed by default")]
    public async Task Before_it_installs_anything_on_a_cluster_of_somebodys_it_asks_at_the_terminal(string answer, string expected)
    {
        // script plays the terminal: of what comes by the pipe it makes keys, Ctrl-C too. exec, as the shell of script ($SHELL, or else sh) would stay
        // before ./try, and dash ends at Ctrl-C at once: before what ./try removes is removed.
        var (answers, stops) = (Path.Combine(_folder, "answers"), Path.Combine(_folder, "stops"));
        await using var story = Start(
            "env", "--default-signal=INT,PIPE", "bash", "-c",
            $"({Until(answers)}; echo '{answer}'; {Until(stops)}; printf '\\003') | script --quiet --return --command \"exec '{RepositoryRoot.Combine("try")}' --kubeconfig='{running.ControlPlane.KubeconfigPath}'\" /dev/null");
        await story.WaitForLineAsync("this installs, and removes at the end: CRDs of Sluice", AMinuteOrTwo, TestContext.Current.CancellationToken);
        await NothingIsInstalledAsync(story);
        await File.WriteAllTextAsync(answers, "", TestContext.Current.CancellationToken);
        await story.WaitForLineAsync(expected, AMinuteOrTwo, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(stops, "", TestContext.Current.CancellationToken);
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(answer == "y" ? 130 : 0, "it printed {0}", string.Join('\n', story.Output));
        story.Output.Should().Contain(line => line.StartsWith("Go on? [y/N] ", StringComparison.Ordinal));
        await NothingIsLeftAsync(story);

        // Nor for ever where the test has failed.
        static string Until(string file) => $"until [ -e '{file}' ] || [ ! -d '{Path.GetDirectoryName(file)}' ]; do sleep 0.1; done";
    }

    [Fact]
    public async Task A_second_Ctrl_C_does_not_stop_it_from_cleaning_up()
    {
        await using var story = AtATerminal(RepositoryRoot.Combine("try"));
        await InterruptAsync(story);
        await story.WaitForLineAsync("cleaning up, which takes a moment and is not stopped by Ctrl-C", AMinuteOrTwo, TestContext.Current.CancellationToken);
        Signals.Send(-story.Id, Signals.Interrupt).Should().Be(0);
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(130, "it printed {0}", string.Join('\n', story.Output));
        NothingRuns(story);
    }

    [Fact]
    public async Task Nor_does_it_that_nobody_reads_any_more_what_it_says()
    {
        // As './try | tee log': Ctrl-C ends the reader at once, and what is said from then on goes into a closed pipe.
        await using var story = AtATerminal("bash", "-c", "exec \"$0\" > >(exec env --default-signal=INT cat)", RepositoryRoot.Combine("try"));
        await InterruptAsync(story);
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(130, "it printed {0}", string.Join('\n', story.Output));
        story.Output.Should().NotContain(line => line.StartsWith("cleaning up"));
        NothingRuns(story);
    }

    [Fact]
    public async Task A_kubeconfig_is_looked_for_where_the_caller_is_and_one_that_is_not_there_is_said_before_anything_is_built()
    {
        await using var story = ManagedProcess.Start(RepositoryRoot.Combine("try"), ["--yes", "--kubeconfig", "config/mine"], Temporary(), _folder);
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(1);
        story.Output.Should().Equal($"try: cannot read the kubeconfig '{_folder}/config/mine'");
    }

    [Fact]
    public async Task On_a_cluster_of_somebodys_the_whole_story_runs_and_nothing_is_left_of_it()
    {
        await using var story = Try("--yes");
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(0, "it printed {0}", string.Join('\n', story.Output));
        story.Output.Should().Contain("That was the main job of Sluice.");
        await NothingIsLeftAsync(story);
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
        await NothingIsLeftAsync(story);
    }

    [Fact]
    public async Task Where_git_is_missing_it_is_not_installed_before_somebody_was_asked()
    {
        var withoutGit = Path.Combine(_folder, "without-git");
        await File.WriteAllTextAsync(
            withoutGit,
            """
            command() { if [ "$*" = "-v git" ]; then return 1; else builtin command "$@"; fi; }
            apt-get() { echo "apt-get $*"; }
            sudo() { echo "sudo $*"; }
            """,
            TestContext.Current.CancellationToken);
        var environment = Temporary();
        // What bash reads before a script.
        environment["BASH_ENV"] = withoutGit;
        await using var story = ManagedProcess.Start(
            RepositoryRoot.Combine("try"), [$"--kubeconfig={running.ControlPlane.KubeconfigPath}"], environment, cleansUpWithin: AMinuteOrTwo);
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(1, "it printed {0}", string.Join('\n', story.Output));
        story.Output.Should().Contain("try: git is needed: install it with your package manager").And.NotContain(line => line.Contains("apt-get"));
    }

    [Fact]
    public async Task The_context_that_is_named_is_used_and_not_the_current_one()
    {
        var two = Path.Combine(_folder, "two-contexts");
        File.Copy(running.ControlPlane.KubeconfigPath, two);
        var config = $"'{running.ControlPlane.Kubectl.Program}' --kubeconfig='{two}' config";
        await ShellAsync($"{config} set-cluster gone --server=https://127.0.0.1:1 && {config} set-context gone --cluster=gone --user=admin && {config} use-context gone");
        // In a session of its own there is no terminal to ask at.
        await using var story = Start("setsid", "--wait", RepositoryRoot.Combine("try"), $"--kubeconfig={two}", "--context=test-bed");
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(1, "it printed {0}", string.Join('\n', story.Output));
        story.Output.Should().Contain(line => line.StartsWith($"On {running.ControlPlane.Address.GetLeftPart(UriPartial.Authority)} this installs, "))
            .And.Contain("try: there is nobody to ask: give --yes");
        await NothingIsInstalledAsync(story);
    }

    [Theory]
    [InlineData("--keep", "try: there is nobody to ask: give --yes")]
    [InlineData("--context=nowhere", "has no context 'nowhere'; it has: test-bed")]
    public async Task Where_nobody_can_be_asked_or_the_cluster_is_not_there_nothing_is_installed(string option, string expected)
    {
        // In a session of its own there is no terminal to ask at.
        await using var story = Start("setsid", "--wait", RepositoryRoot.Combine("try"), $"--kubeconfig={running.ControlPlane.KubeconfigPath}", option);
        (await story.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(1);
        string.Join('\n', story.Output).Should().Contain(expected);
        Directory.EnumerateFiles(_folder, "kubeconfig", SearchOption.AllDirectories).Should().BeEmpty("it has credentials in it");
        await NothingIsInstalledAsync(story);
    }

    /// <summary>A test may have Ctrl-C ignored, and what it starts as well; at a terminal nobody has. A session of its own is a process group of its own.</summary>
    private ManagedProcess AtATerminal(params string[] command) => Start("env", ["--default-signal=INT,PIPE", "setsid", .. command]);

    /// <summary>Ctrl-C in the middle of the story.</summary>
    private static async Task InterruptAsync(ManagedProcess story)
    {
        await story.WaitForLineAsync("2. The commit 'my-app v1' is merged", AMinuteOrTwo, TestContext.Current.CancellationToken);
        Signals.Send(-story.Id, Signals.Interrupt).Should().Be(0);
    }

    private ManagedProcess Try(string option) => Start(RepositoryRoot.Combine("try"), $"--kubeconfig={running.ControlPlane.KubeconfigPath}", option);

    /// <summary>Starts it in such a way that a test that fails, or is stopped, leaves nothing that it has started.</summary>
    private ManagedProcess Start(string program, params string[] arguments) => ManagedProcess.Start(program, arguments, Temporary(), cleansUpWithin: AMinuteOrTwo);

    /// <summary>What it says in the one line that begins so.</summary>
    private static string After(ManagedProcess story, string beginning) =>
        story.Output.Single(line => line.StartsWith(beginning, StringComparison.Ordinal))[beginning.Length..];

    /// <summary>What was asked to stop needs a moment.</summary>
    private async Task EndedAsync(ManagedProcess story)
    {
        await TestBed.Eventually.GivesAsync("nothing of it runs", () => Task.FromResult(StillRunning(story)), running => running.Count == 0, AMinuteOrTwo);
        NothingRuns(story);
    }

    private void NothingRuns(ManagedProcess story)
    {
        Directory.EnumerateFileSystemEntries(_folder, "sluice-try.*").Should().BeEmpty();
        StillRunning(story).Should().BeEmpty();
    }

    /// <summary>What runs of its session, or began one of its own in its folder, as the control plane does.</summary>
    private List<string> StillRunning(ManagedProcess story) => [.. Directory.EnumerateDirectories("/proc").Where(process => int.TryParse(Path.GetFileName(process), out _)).Where(process =>
    {
        try
        {
            var session = File.ReadAllText(Path.Combine(process, "stat")).Split(") ").Last().Split(' ')[3];
            return session == story.Id.ToString(CultureInfo.InvariantCulture) || File.ReadAllText(Path.Combine(process, "cmdline")).Contains(_folder, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    })];

    /// <summary>Runs a line as somebody types it, and gives what it prints.</summary>
    private static async Task<IReadOnlyList<string>> ShellAsync(string line)
    {
        await using var shell = ManagedProcess.Start("bash", ["-c", line]);
        (await shell.WaitForExitAsync(AMinuteOrTwo, TestContext.Current.CancellationToken)).Should().Be(0, "it printed {0}", string.Join('\n', shell.Output));
        return shell.Output;
    }

    private Dictionary<string, string?> Temporary() => new() { ["TMPDIR"] = _folder };

    private async Task NothingIsLeftAsync(ManagedProcess story)
    {
        Directory.EnumerateFileSystemEntries(_folder, "sluice-try.*").Should().BeEmpty("it printed {0}", string.Join('\n', story.Output));
        await NothingIsInstalledAsync(story);
    }

    private async Task NothingIsInstalledAsync(ManagedProcess story)
    {
        var (found, printed) = (await running.ControlPlane.Kubectl.RunAsync("get", "crds,namespaces", "-o", "name"), string.Join('\n', story.Output));
        found.Should().NotContain("toolkit.fluxcd.io", "it printed {0}", printed).And.NotContain("sluice-try", "it printed {0}", printed);
    }
}
