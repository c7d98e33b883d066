using System.Globalization;
using System.Runtime.Versioning;
using Sluice.TestBed.Processes;

namespace Sluice.TestBed.Tests;

/// <summary>How <c>./test</c> ends when somebody stops it. The .NET SDK and the control plane are played: it only starts them.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TestScriptTests : IDisposable
{
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-test-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Signals.Hangup, 129)]
    [InlineData(Signals.Interrupt, 130)]
    [InlineData(Signals.Quit, 131)]
    [InlineData(Signals.Terminate, 143)]
    public async Task Who_stops_it_stops_the_tests_that_it_has_started_and_its_last_line_is_of_no_run_that_passed(int signal, int exitCode)
    {
        var started = Path.Combine(_folder, "pid");
        var temporary = Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName;
        await WriteProgramAsync("bin/dotnet", $$"""[ "$1" = build ] || { echo $$ >'{{started}}'; exec sleep 600; }""");
        await WriteProgramAsync("dev/control-plane", "pwd");
        Directory.CreateDirectory(Path.Combine(_folder, "tests", "Sluice.Gating.Tests"));
        // A copy: it writes its log beside itself, where that of the run that this test is in would be lost.
        var script = Path.Combine(_folder, "test");
        File.Copy(RepositoryRoot.Combine("test"), script);
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{Path.Combine(_folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}",
            ["TMPDIR"] = temporary,
        };
        // As at a terminal: what CI runs in the background has Ctrl-C ignored, and here is another process group to send it to.
        await using var run = ManagedProcess.Start("env", ["--default-signal=HUP,INT,QUIT", "setsid", script, "Gating"], environment);
        var host = await Sluice.TestBed.Eventually.GivesAsync("the tests run", () => Task.FromResult(File.Exists(started) ? File.ReadAllText(started).Trim() : ""), pid => pid.Length > 0);

        Signals.Send(signal == Signals.Terminate ? run.Id : -run.Id, signal).Should().Be(0);

        (await run.WaitForExitAsync(AMoment, TestContext.Current.CancellationToken)).Should().Be(exitCode, "it printed {0}", string.Join('\n', run.Output));
        run.Output[^1].Should().Be("0 passed, 1 failed, 0 skipped");
        Directory.Exists($"/proc/{int.Parse(host, CultureInfo.InvariantCulture)}").Should().BeFalse("it was told to stop, and waited for");
        Directory.EnumerateFileSystemEntries(temporary).Should().BeEmpty();
    }

    private async Task WriteProgramAsync(string name, string script)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
