using System.Globalization;
using System.Runtime.Versioning;
using Sluice.TestBed.Processes;

namespace Sluice.TestBed.Tests;

/// <summary>How <c>./test</c> ends when somebody stops it. The .NET SDK and the control plane are played: it only starts them.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TestScriptTests : IDisposable
{
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(30);

    private readonly PlayedCheckout _checkout = new();

    public void Dispose() => _checkout.Dispose();

    [Theory]
    [InlineData(Signals.Hangup, 129)]
    [InlineData(Signals.Interrupt, 130)]
    [InlineData(Signals.Quit, 131)]
    [InlineData(Signals.Terminate, 143)]
    public async Task Who_stops_it_stops_the_tests_that_it_has_started_and_its_last_line_is_of_no_run_that_passed(int signal, int exitCode)
    {
        var started = Path.Combine(_checkout.Folder, "pid");
        await _checkout.PlayAsync("bin/dotnet", $$"""case $1 in build | --version) ;; *) echo $$ >'{{started}}'; exec sleep 600 ;; esac""");
        await _checkout.PlayAsync("dev/control-plane", "pwd");
        Directory.CreateDirectory(Path.Combine(_checkout.Folder, "tests", "Sluice.Gating.Tests"));
        var script = _checkout.Copy("test");
        // As at a terminal: what CI runs in the background has Ctrl-C ignored, and here is another process group to send it to.
        await using var run = ManagedProcess.Start("env", ["--default-signal=HUP,INT,QUIT", "setsid", script, "Gating"], _checkout.Environment());
        var host = await Sluice.TestBed.Eventually.GivesAsync("the tests run", () => Task.FromResult(File.Exists(started) ? File.ReadAllText(started).Trim() : ""), pid => pid.Length > 0);

        Signals.Send(signal == Signals.Terminate ? run.Id : -run.Id, signal).Should().Be(0);

        (await run.WaitForExitAsync(AMoment, TestContext.Current.CancellationToken)).Should().Be(exitCode, "it printed {0}", string.Join('\n', run.Output));
        run.Output[^1].Should().Be("0 passed, 1 failed, 0 skipped");
        Directory.Exists($"/proc/{int.Parse(host, CultureInfo.InvariantCulture)}").Should().BeFalse("it was told to stop, and waited for");
        Directory.EnumerateFileSystemEntries(_checkout.Temporary).Should().BeEmpty();
    }
}
