using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Kubernetes;
using Sluice.TestBed;
using Sluice.TestBed.Processes;

namespace Sluice.LoadBench;

/// <summary>One control plane, one native controller, and a watcher of its own that sees what they do.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly ControlPlane _controlPlane;
    private readonly KubernetesConnection _connection;
    private readonly KubernetesConnection _watching;
    private readonly CancellationTokenSource _stop = new();
    private readonly Informer<Seen> _gates;
    private readonly Informer<Seen> _objects;
    private ManagedProcess? _controller;

    private Bench(ControlPlane controlPlane)
    {
        _controlPlane = controlPlane;
        _connection = Open();
        _watching = Open();
        Api = new(_connection);
        var api = new KubernetesApi(_watching);
        _gates = new(api, Samples.Gate, Seen.Read, new(), TimeProvider.System, NullLogger.Instance);
        _objects = new(api, Samples.Kustomization, Seen.Read, new(), TimeProvider.System, NullLogger.Instance);
    }

    public KubernetesApi Api { get; }

    public static async Task<Bench> StartAsync()
    {
        var controlPlane = await ControlPlane.StartAsync();
        await FluxCrds.InstallAsync(controlPlane);
        await controlPlane.InstallCrdsAsync(RepositoryRoot.Combine("config", "crd"));
        var bench = new Bench(controlPlane);
        _ = Task.Run(() => Task.WhenAll(bench._gates.RunAsync(bench._stop.Token), bench._objects.RunAsync(bench._stop.Token)));
        await bench._gates.SyncedAsync();
        await bench._objects.SyncedAsync();
        return bench;
    }

    /// <summary>Starts the controller, and gives the time until it is ready.</summary>
    public async Task<TimeSpan> StartControllerAsync(params string[] arguments)
    {
        var health = LoopbackPort.Free();
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        _controller = ManagedProcess.Start(
            RepositoryRoot.Combine("artifacts", "bin", "sluice-controller"),
            [$"--kubeconfig={_controlPlane.KubeconfigPath}", $"--health-addr=127.0.0.1:{health}", "--metrics-addr=127.0.0.1:0", "--runtime-namespace=default", "--enable-leader-election", .. arguments]);
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{health}/readyz"));
                if (answer.IsSuccessStatusCode)
                {
                    return Stopwatch.GetElapsedTime(started);
                }
            }
            catch (HttpRequestException)
            {
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public async Task StopControllerAsync()
    {
        await _controller!.TerminateAsync(TimeSpan.FromSeconds(25));
        await _controller.DisposeAsync();
    }

    /// <summary>The controller's resident memory, in MB.</summary>
    public double Memory() => File.ReadLines($"/proc/{_controller!.Id}/status").Where(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000).Single();

    /// <summary>The controller's CPU time so far, in seconds.</summary>
    public double CpuSeconds()
    {
        var fields = File.ReadAllText($"/proc/{_controller!.Id}/stat").Split(") ")[1].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    public Task UntilAsync(string what, Func<IEnumerable<Seen>, bool> objects) =>
        Eventually.GivesAsync(what, () => Task.FromResult(objects(_objects.Cache.All)), done => done, TimeSpan.FromMinutes(3));

    /// <summary>From the start of the request that annotates a gate until a watcher has seen it, and one of its objects, as wanted.</summary>
    public async Task<(double Opened, double Released)> TimeRequestAsync(string verb, string gate, string name)
    {
        var opened = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var released = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var open = verb == "open";
        (_gateChanged, _objectChanged) = (
            seen => _ = seen.Key.Name == gate && seen.Opened == (open ? "True" : "False") && opened.TrySetResult(Stopwatch.GetTimestamp()),
            seen => _ = seen.Key.Name == name && seen.IsSuspended != open && released.TrySetResult(Stopwatch.GetTimestamp()));
        Subscribe();
        var start = Stopwatch.GetTimestamp();
        await AnnotateAsync(verb, gate);
        await Task.WhenAll(opened.Task, released.Task).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        return (Stopwatch.GetElapsedTime(start, opened.Task.Result).TotalMilliseconds, Stopwatch.GetElapsedTime(start, released.Task.Result).TotalMilliseconds);
    }

    /// <summary>Opens a gate and gives the time until a watcher has seen all of its objects released.</summary>
    public async Task<TimeSpan> TimeReleaseOfAllAsync(string gate, string prefix, int count)
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = count;
        _gateChanged = null;
        _objectChanged = seen =>
        {
            if (seen.Key.Name.StartsWith(prefix, StringComparison.Ordinal) && !seen.IsSuspended && Interlocked.Decrement(ref left) == 0)
            {
                done.TrySetResult(Stopwatch.GetTimestamp());
            }
        };
        _onlyReleases = true;
        Subscribe();
        var start = Stopwatch.GetTimestamp();
        await AnnotateAsync("open", gate);
        var end = await done.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System);
        _onlyReleases = false;
        return Stopwatch.GetElapsedTime(start, end);
    }

    public IReadOnlyList<Seen> Objects(string prefix) => [.. _objects.Cache.All.Where(seen => seen.Key.Name.StartsWith(prefix, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        if (_controller is not null)
        {
            await _controller.DisposeAsync();
        }

        await _stop.CancelAsync();
        _connection.Dispose();
        _watching.Dispose();
        await _controlPlane.DisposeAsync();
    }

    private Action<Seen>? _gateChanged;
    private Action<Seen>? _objectChanged;
    private bool _onlyReleases;
    private bool _isSubscribed;

    private void Subscribe()
    {
        if (_isSubscribed)
        {
            return;
        }

        _isSubscribed = true;
        _gates.AddHandler(change =>
        {
            if (change is { New: { } seen, IsInitial: false })
            {
                _gateChanged?.Invoke(seen);
            }
        });
        _objects.AddHandler(change =>
        {
            if (change is { New: { } seen, IsInitial: false } && (!_onlyReleases || change.Old?.IsSuspended != seen.IsSuspended))
            {
                _objectChanged?.Invoke(seen);
            }
        });
    }

    private Task AnnotateAsync(string verb, string gate) => Api.MergePatchAsync(
        Samples.Gate, new(Samples.Namespace, gate),
        Samples.Utf8($$$"""{"metadata": {"annotations": {"{{{verb}}}.gate.fluxcd.io/requestedAt": "{{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffffffZ}}}"} } }"""),
        new() { FieldManager = "bench" }, ObjectDecoders.Ignore);

    private KubernetesConnection Open() => KubernetesConnection.Open(new() { Kubeconfig = _controlPlane.KubeconfigPath, Qps = 0, UserAgent = "bench" }, TimeProvider.System);
}
