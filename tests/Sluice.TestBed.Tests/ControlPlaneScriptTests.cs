using System.Runtime.Versioning;
using Sluice.TestBed.Processes;

namespace Sluice.TestBed.Tests;

/// <summary>Where <c>dev/control-plane</c> looks for the programs, and what it says when it cannot have them.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ControlPlaneScriptTests : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-control-plane-script-").FullName;

    private string Data => Path.Combine(_folder, "data");

    public async ValueTask DisposeAsync()
    {
        await using var down = ManagedProcess.Start(RepositoryRoot.Combine("dev", "control-plane"), ["down", "--data-dir", Data]);
        await down.WaitForExitAsync(Soon);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task KUBEBUILDER_ASSETS_comes_before_the_cache_and_the_build()
    {
        Programs(_folder, "etcd", "kube-apiserver", "kubectl");
        (await BinariesAsync(new() { ["KUBEBUILDER_ASSETS"] = _folder })).Should().Be((0, _folder));
    }

    [Fact]
    public async Task KUBEBUILDER_ASSETS_without_one_of_the_programs_is_an_error_that_names_it()
    {
        Programs(_folder, "etcd", "kubectl");
        (await BinariesAsync(new() { ["KUBEBUILDER_ASSETS"] = _folder })).Should().Be(
            (1, $"control plane: KUBEBUILDER_ASSETS is {_folder}, which has no program kube-apiserver. Correct or unset it."));
    }

    [Fact]
    public async Task A_package_that_the_distribution_has_dropped_is_named_with_what_to_do()
    {
        // What apt-get says then; everything else of the machine is its own.
        Program(Path.Combine(_folder, "apt-get"), """case "$*" in *download*) cat >/dev/null; echo "E: Unable to locate package golang-k8s-api-dev" >&2; exit 100 ;; esac""");
        var (exitCode, said) = await BinariesAsync(new()
        {
            ["XDG_CACHE_HOME"] = Path.Combine(_folder, "cache"),
            ["DEBIAN_MIRROR"] = "http://debian.example.org/debian",
            ["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}",
        });
        exitCode.Should().Be(1);
        said.Should().Contain("E: Unable to locate package golang-k8s-api-dev")
            .And.Contain("edit tests/control-plane/packages.txt")
            .And.Contain("set KUBEBUILDER_ASSETS to a directory with etcd, kube-apiserver and kubectl, and nothing is built");
    }

    [Fact]
    public async Task With_KUBEBUILDER_ASSETS_it_starts_though_there_is_nowhere_to_write_a_cache()
    {
        var notAFolder = Path.Combine(_folder, "cache");
        await File.WriteAllTextAsync(notAFolder, "", TestContext.Current.CancellationToken);
        await using var up = await UpAsync(notAFolder);
        (await up.WaitForExitAsync(Soon, TestContext.Current.CancellationToken)).Should().Be(0, "it printed {0}", string.Join('\n', up.Output));
        up.Output[^1].Should().Be(Path.Combine(Data, "admin.kubeconfig"));
    }

    [Fact]
    public async Task Who_waits_for_another_that_is_starting_is_told_so()
    {
        var locks = Directory.CreateDirectory(Path.Combine(_folder, "cache", "sluice", "control-plane")).FullName;
        await using var other = ManagedProcess.Start("flock", ["--no-fork", Path.Combine(locks, "ports.lock"), "sh", "-c", "echo has it; exec sleep 600"]);
        await other.WaitForLineAsync("has it", Soon, TestContext.Current.CancellationToken);
        await using var up = await UpAsync(Path.Combine(_folder, "cache"));
        await up.WaitForLineAsync("control plane: another one is starting; waiting for it ...", Soon, TestContext.Current.CancellationToken);
        up.HasExited.Should().BeFalse();
    }

    /// <summary>Starts one from the programs that the tests use, with a cache elsewhere.</summary>
    private async Task<ManagedProcess> UpAsync(string cache)
    {
        var programs = await ControlPlanePrograms.FindAsync();
        var assets = Directory.CreateDirectory(Path.Combine(_folder, "assets")).FullName;
        File.CreateSymbolicLink(Path.Combine(assets, "etcd"), programs.Etcd);
        File.CreateSymbolicLink(Path.Combine(assets, "kubectl"), programs.Kubectl);
        File.CreateSymbolicLink(Path.Combine(assets, "kube-apiserver"), programs.ApiServer);
        if (!programs.IsKubeApiServer)
        {
            File.CreateSymbolicLink(Path.Combine(assets, "controlplane"), programs.ApiServer);
        }

        Dictionary<string, string?> environment = new() { ["KUBEBUILDER_ASSETS"] = assets, ["XDG_CACHE_HOME"] = cache, ["TMPDIR"] = _folder };
        return ManagedProcess.Start(RepositoryRoot.Combine("dev", "control-plane"), ["up", "--data-dir", Data, "--port", $"{LoopbackPort.Free()}"], environment);
    }

    private static async Task<(int ExitCode, string Said)> BinariesAsync(Dictionary<string, string?> environment)
    {
        environment.TryAdd("KUBEBUILDER_ASSETS", null);
        await using var script = ManagedProcess.Start(RepositoryRoot.Combine("dev", "control-plane"), ["binaries"], environment);
        var exitCode = await script.WaitForExitAsync(Soon, TestContext.Current.CancellationToken);
        return (exitCode, string.Join('\n', script.Output));
    }

    private static void Programs(string folder, params string[] names)
    {
        foreach (var name in names)
        {
            Program(Path.Combine(folder, name), "exit 1");
        }
    }

    private static void Program(string path, string script)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
