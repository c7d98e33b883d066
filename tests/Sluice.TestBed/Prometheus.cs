using Sluice.TestBed.Processes;

namespace Sluice.TestBed;

/// <summary>The real Prometheus, of the distribution (see <c>dev/prometheus</c>), which scrapes one target every second.</summary>
public sealed class Prometheus : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly ManagedProcess _process;
    private readonly TemporaryFolder _folder;

    private Prometheus(ManagedProcess process, TemporaryFolder folder, Uri address) => (_process, _folder, Address) = (process, folder, address);

    /// <summary>Where it is asked.</summary>
    public Uri Address { get; }

    /// <summary>Starts it.</summary>
    /// <param name="target">What it scrapes, at <c>/metrics</c>.</param>
    /// <exception cref="InvalidOperationException">It cannot be had; the message says why.</exception>
    public static async Task<Prometheus> StartAsync(Uri target)
    {
        var program = await DistributionTool.PathAsync("prometheus");
        var folder = new TemporaryFolder();
        var configuration = System.IO.Path.Combine(folder.Path, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs: [{job_name: app, static_configs: [{targets: ["{{target.Authority}}"]}]}]
            """);
        var address = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
        var process = ManagedProcess.Start(program,
            [$"--config.file={configuration}", $"--storage.tsdb.path={System.IO.Path.Combine(folder.Path, "data")}", $"--web.listen-address={address.Authority}", "--log.level=warn"]);
        var prometheus = new Prometheus(process, folder, address);
        try
        {
            using var http = new HttpClient();
            await Readiness.WaitAsync(process, "prometheus", Limit, async cancellation =>
            {
                using var answer = await http.GetAsync(new Uri(address, "/-/ready"), cancellation);
                return answer.IsSuccessStatusCode ? null : $"/-/ready answered {(int)answer.StatusCode}";
            });
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
