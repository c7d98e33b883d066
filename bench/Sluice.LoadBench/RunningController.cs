using System.Diagnostics;
using System.Globalization;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.LoadBench;

/// <summary>A controller that runs, and what the kernel says of it.</summary>
internal sealed class RunningController : IAsyncDisposable
{
    private readonly ManagedProcess _process;

    private RunningController(ManagedProcess process, TimeSpan untilReady) => (_process, UntilReady) = (process, untilReady);

    /// <summary>From the start of the process until <c>/readyz</c> answered 200, asked every 5 ms.</summary>
    public TimeSpan UntilReady { get; }

    public static async Task<RunningController> StartAsync(Subject subject, string kubeconfig, params string[] arguments)
    {
        var health = LoopbackPort.Free();
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        var process = ManagedProcess.Start(
            subject.Program,
            [
                $"--kubeconfig={kubeconfig}", $"--health-addr=127.0.0.1:{health}", "--metrics-addr=127.0.0.1:0",
                "--runtime-namespace=default", "--enable-leader-election", .. subject.Arguments, .. arguments,
            ]);
        while (!process.HasExited)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{health}/readyz"));
                if (answer.IsSuccessStatusCode)
                {
                    return new(process, Stopwatch.GetElapsedTime(started));
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        throw new InvalidOperationException($"{subject.Program} ended: {string.Join('\n', process.Output.TakeLast(20))}");
    }

    /// <summary>Resident memory now (<c>VmRSS</c>), in MB of 10^6 bytes.</summary>
    public double Memory() => FromStatus("VmRSS:");

    /// <summary>The most resident memory since the start (<c>VmHWM</c>), in MB of 10^6 bytes.</summary>
    public double PeakMemory() => FromStatus("VmHWM:");

    /// <summary>CPU time so far, user and system, in seconds; the kernel counts hundredths.</summary>
    public double CpuSeconds()
    {
        var fields = File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[1].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    /// <summary>Stops it cleanly, so that the next leader need not wait for the lease to run out.</summary>
    public async Task StopAsync() => await _process.TerminateAsync(TimeSpan.FromSeconds(25));

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private double FromStatus(string field) => File.ReadLines($"/proc/{_process.Id}/status").Where(line => line.StartsWith(field, StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1.024 / 1000).Single();
}
