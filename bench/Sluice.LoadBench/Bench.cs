using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.LoadBench;

/// <summary>A fresh control plane, and a watcher on a connection of its own that sees what a controller does there.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ControlPlane _controlPlane;
    private readonly KubernetesConnection _connection;
    private readonly KubernetesConnection _watching;
    private readonly CancellationTokenSource _stop = new();
    private readonly Informer<Seen> _gates;
    private readonly Informer<Seen> _objects;
    private Action<Seen>? _gateChanged;
    private Action<Seen>? _objectChanged;
    private long _lastChange;

    private Bench(ControlPlane controlPlane)
    {
        _controlPlane = controlPlane;
        _connection = Open();
        _watching = Open();
        Api = new(_connection);
        var api = new KubernetesApi(_watching);
        _gates = new(api, Samples.Gate, Seen.Read, new(), TimeProvider.System, NullLogger.Instance);
        _objects = new(api, Samples.Kustomization, Seen.Read, new(), TimeProvider.System, NullLogger.Instance);
        _gates.AddHandler(change => Tell(change, _gateChanged));
        _objects.AddHandler(change => Tell(change, _objectChanged));
    }

    public KubernetesApi Api { get; }

    public string Kubeconfig => _controlPlane.KubeconfigPath;

    /// <summary>Which API server this is.</summary>
    public string Server => _controlPlane.Server;

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

    /// <summary>The objects whose name begins with <paramref name="prefix"/>, as the watcher sees them.</summary>
    public IReadOnlyList<Seen> Objects(string prefix) => [.. _objects.Cache.All.Where(seen => seen.Key.Name.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>Waits until all objects with the prefix are seen as wanted.</summary>
    public Task UntilAllAsync(string what, string prefix, int count, Func<Seen, bool> isAsWanted) =>
        Eventually.GivesAsync(what, () => Task.FromResult(Objects(prefix).Count(isAsWanted)), found => found == count, Patience);

    /// <summary>Waits until nothing has changed for <paramref name="span"/>.</summary>
    public async Task QuietAsync(TimeSpan span)
    {
        Volatile.Write(ref _lastChange, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(Volatile.Read(ref _lastChange)) < span)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    /// <summary>
    /// From before the request that annotates a gate until the watcher has seen the gate, and all <paramref name="count"/> objects with the
    /// prefix, as asked for.
    /// </summary>
    /// <param name="verb">open or close.</param>
    /// <param name="gate">The gate.</param>
    /// <param name="prefix">What the names of its objects begin with.</param>
    /// <param name="count">How many objects there are.</param>
    public async Task<(TimeSpan Gate, TimeSpan Objects)> TimeRequestAsync(string verb, string gate, string prefix, int count)
    {
        var gateDone = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var objectsDone = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var opens = verb == "open";
        var left = Objects(prefix).Where(seen => seen.IsSuspended == opens).Select(seen => seen.Key).ToHashSet();
        if (left.Count != count)
        {
            throw new InvalidOperationException($"Expected {count} objects '{prefix}…' to {verb} and found {left.Count}.");
        }

        _gateChanged = seen => _ = seen.Key.Name == gate && seen.Opened == (opens ? "True" : "False") && gateDone.TrySetResult(Stopwatch.GetTimestamp());
        _objectChanged = seen =>
        {
            if (seen.IsSuspended != opens && left.Remove(seen.Key) && left.Count == 0)
            {
                objectsDone.TrySetResult(Stopwatch.GetTimestamp());
            }
        };
        var start = Stopwatch.GetTimestamp();
        await Api.MergePatchAsync(Samples.Gate, new(Samples.Namespace, gate), Samples.Request(verb), new() { FieldManager = "bench" }, ObjectDecoders.Ignore);
        await Task.WhenAll(gateDone.Task, objectsDone.Task).WaitAsync(Patience, TimeProvider.System);
        (_gateChanged, _objectChanged) = (null, null);
        return (Stopwatch.GetElapsedTime(start, gateDone.Task.Result), Stopwatch.GetElapsedTime(start, objectsDone.Task.Result));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _connection.Dispose();
        _watching.Dispose();
        await _controlPlane.DisposeAsync();
    }

    private void Tell(ObjectChange<Seen> change, Action<Seen>? told)
    {
        Volatile.Write(ref _lastChange, Stopwatch.GetTimestamp());
        if (change.New is { } seen)
        {
            told?.Invoke(seen);
        }
    }

    private KubernetesConnection Open() => KubernetesConnection.Open(new() { Kubeconfig = _controlPlane.KubeconfigPath, Qps = 0, UserAgent = "bench" }, TimeProvider.System);
}
