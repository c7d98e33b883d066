using Sluice.TestBed.Processes;

namespace Sluice.TestBed.Tests;

public sealed class ManagedProcessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_dies_when_the_test_process_does()
    {
        await using var process = Sleep();

        process.Abandon();

        (await process.WaitForExitAsync(Soon, TestContext.Current.CancellationToken)).Should().Be(137);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_cleans_up_after_itself_is_asked_to_stop_and_given_time_for_it(bool testProcessDies)
    {
        await using var process = ManagedProcess.Start("sh", ["-c", "trap 'sleep 1; exit 4' TERM; echo ready; while :; do sleep 0.05; done"], cleansUpWithin: Soon);
        await process.WaitForLineAsync("ready", Soon, TestContext.Current.CancellationToken);

        if (testProcessDies)
        {
            process.Abandon();
            await process.WaitForExitAsync(Soon, TestContext.Current.CancellationToken);
        }
        else
        {
            await process.DisposeAsync();
        }

        process.ExitCode.Should().Be(4);
    }

    [Fact]
    public async Task One_that_does_not_clean_up_in_time_is_killed_when_the_test_process_dies()
    {
        await using var process = ManagedProcess.Start("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"], cleansUpWithin: TimeSpan.FromSeconds(1));
        await process.WaitForLineAsync("ready", Soon, TestContext.Current.CancellationToken);

        process.Abandon();

        (await process.WaitForExitAsync(Soon, TestContext.Current.CancellationToken)).Should().Be(137);
    }

    [Fact]
    public async Task Its_output_is_kept_and_can_be_waited_for()
    {
        await using var process = Shell("echo first; echo second >&2; sleep 0.2; echo third; exec sleep 60");

        (await process.WaitForLineAsync("thi", Soon, TestContext.Current.CancellationToken)).Should().Be("third");
        (await process.WaitForLineAsync("second", Soon, TestContext.Current.CancellationToken)).Should().Be("second");
        process.Output.Should().BeEquivalentTo("first", "second", "third");
    }

    [Fact]
    public async Task Waiting_for_a_line_that_never_comes_fails_with_the_output()
    {
        await using var process = Shell("echo what it said; exit 3");

        var wait = () => process.WaitForLineAsync("ready", Soon, TestContext.Current.CancellationToken);

        (await wait.Should().ThrowAsync<InvalidOperationException>()).WithMessage("sh ended without a line with \"ready\"*what it said*");
        (await process.WaitForExitAsync(Soon, TestContext.Current.CancellationToken)).Should().Be(3);
    }

    [Fact]
    public async Task Terminating_lets_it_clean_up_and_tells_its_exit_code()
    {
        await using var process = Shell("trap 'echo cleaned; exit 4' TERM; echo ready; while :; do sleep 0.05; done");
        await process.WaitForLineAsync("ready", Soon, TestContext.Current.CancellationToken);

        (await process.TerminateAsync(Soon)).Should().Be(4);

        process.Output.Should().Contain("cleaned");
    }

    [Fact]
    public async Task One_that_does_not_stop_when_asked_to_is_killed_and_that_is_an_error()
    {
        await using var process = Shell("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await process.WaitForLineAsync("ready", Soon, TestContext.Current.CancellationToken);

        var terminate = () => process.TerminateAsync(TimeSpan.FromMilliseconds(300));

        await terminate.Should().ThrowAsync<TimeoutException>();
        (await process.WaitForExitAsync(Soon, TestContext.Current.CancellationToken)).Should().Be(137);
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_told_in_its_output()
    {
        await using var process = ManagedProcess.Start("/nonexistent/program", []);

        (await process.WaitForExitAsync(Soon, TestContext.Current.CancellationToken)).Should().Be(127);
        process.Output.Should().ContainSingle().Which.Should().Contain("/nonexistent/program");
    }

    private static ManagedProcess Sleep() => ManagedProcess.Start("sleep", ["60"]);

    private static ManagedProcess Shell(string script) => ManagedProcess.Start("sh", ["-c", script]);
}
