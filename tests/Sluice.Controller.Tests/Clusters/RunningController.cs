using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.Controller.Tests.Clusters;

/// <summary><c>sluice-controller</c> as a process of its own, as it runs in a cluster.</summary>
public sealed class RunningController : IAsyncDisposable
{
    private readonly HttpClient _http = new();

    private RunningController(ManagedProcess process, int healthPort, int metricsPort) =>
        (Process, Health, Metrics) = (process, new($"http://127.0.0.1:{healthPort}"), new($"http://127.0.0.1:{metricsPort}"));

    public ManagedProcess Process { get; }

    public Uri Health { get; }

    public Uri Metrics { get; }

    /// <summary>Starts it and waits until it is ready; with <paramref name="awaitReady"/> false, until the process runs; <paramref name="through"/> a command that becomes it.</summary>
    public static async Task<RunningController> StartAsync(string kubeconfig, IEnumerable<string> arguments, bool awaitReady = true, IReadOnlyList<string>? through = null)
    {
        var (health, metrics) = (LoopbackPort.Free(), LoopbackPort.Free());
        // The native program, where one is named, as it is shipped; else the one that was built with the tests.
        var native = Environment.GetEnvironmentVariable("SLUICE_CONTROLLER");
        string[] program = string.IsNullOrEmpty(native) ? ["dotnet", Path.Combine(AppContext.BaseDirectory, "sluice-controller.dll")] : [native];
        program = [.. through ?? [], .. program];
        var process = ManagedProcess.Start(program[0],
        [
            .. program[1..], $"--kubeconfig={kubeconfig}",
            $"--health-addr=127.0.0.1:{health}", $"--metrics-addr=127.0.0.1:{metrics}", "--log-level=debug", "--kube-api-qps=0",
            .. arguments.Any(argument => argument.StartsWith("--runtime-namespace", StringComparison.Ordinal)) ? arguments : arguments.Append("--runtime-namespace=default"),
        ]);
        var running = new RunningController(process, health, metrics);
        if (awaitReady)
        {
            await running.ReadyAsync();
        }

        return running;
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public Task ReadyAsync() => Eventually.GivesAsync("sluice-controller is ready", IsReadyAsync, ready => ready, TimeSpan.FromSeconds(60));

    /// <summary>What Prometheus would scrape.</summary>
    public Task<string> ScrapeAsync() => _http.GetStringAsync(new Uri(Metrics, "/metrics"), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }

    private async Task<bool> IsReadyAsync()
    {
        if (Process.HasExited)
        {
            throw new InvalidOperationException($"sluice-controller ended with exit code {Process.ExitCode}: {string.Join('\n', Process.Output.TakeLast(20))}");
        }

        try
        {
            using var answer = await _http.GetAsync(new Uri(Health, "/readyz"), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
