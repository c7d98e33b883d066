using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>
/// Watches one kind and runs its reconciler, in the order that all controllers of Flux keep:
/// deletion, then the finalizer, then <c>spec.suspend</c>, then everything else.
/// </summary>
internal sealed class Controller : IDisposable
{
    // Flux's default is 15 minutes; tests that stop the API server do not wait for that.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(750);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly Reconciler _reconciler;
    private readonly ApiServer _api;
    private readonly StandInOptions _options;
    private readonly ReconcileCounts _counts;
    private readonly Log _log;
    private readonly StatusPatcher _patcher;
    private readonly WorkQueue _queue;
    private readonly List<Reflector> _reflectors;
    private readonly ConcurrentDictionary<ObjectName, int> _failures = new();

    public Controller(Reconciler reconciler, ApiServer api, StandInOptions options, ReconcileCounts counts, Log log)
    {
        (_reconciler, _api, _options, _counts, _log) = (reconciler, api, options, counts, log);
        _patcher = new StatusPatcher(api, Kind, options.Time);
        _queue = new WorkQueue(options.Time);
        IReadOnlyList<string> namespaces = options.Namespaces.Count > 0 ? options.Namespaces : [""];
        _reflectors = [.. namespaces.Select(ns => new Reflector(api, Kind, ns, OnChange, options.Time, log))];
    }

    /// <summary>Raised for every change, with the object before and after, once the change is in <see cref="Objects"/>.</summary>
    public event Action<JsonObject?, JsonObject?>? Changed;

    public IEnumerable<JsonObject> Objects => _reflectors.SelectMany(reflector => reflector.Objects);

    public ResourceKind Kind => _reconciler.Kind;

    public void Enqueue(ObjectName name) => _queue.Add(name);

    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(
        [.. _reflectors.Select(reflector => reflector.RunAsync(cancellation)), .. Enumerable.Range(0, _options.Concurrent).Select(_ => WorkAsync(cancellation))]);

    public void Dispose() => _queue.Dispose();

    /// <summary>Flux's predicates: a new object, a new generation (deletion makes one too), or another token in the request annotation.</summary>
    private void OnChange(JsonObject? before, JsonObject? after)
    {
        if (after is not null
            && (before is null || before.Generation() != after.Generation() || Annotations.RequestedAtOf(before) != Annotations.RequestedAtOf(after)))
            _queue.Add(after.Name());
        Changed?.Invoke(before, after);
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            ObjectName name;
            try
            {
                name = await _queue.TakeAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                if (await ReconcileAsync(name, cancellation) is { } again)
                    _queue.AddAfter(name, again);
                _failures.TryRemove(name, out _);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException or JsonException)
            {
                var failures = _failures.AddOrUpdate(name, 1, (_, n) => n + 1);
                var delay = FirstRetry * Math.Pow(2, Math.Min(failures - 1, 10));
                delay = delay < LongestRetry ? delay : LongestRetry;
                _log.Error($"{Kind.Kind}/{name} failed, trying again in {delay.TotalSeconds} s: {e.Message}");
                _queue.AddAfter(name, delay);
            }
            finally
            {
                _queue.Done(name);
            }
        }
    }

    private async Task<TimeSpan?> ReconcileAsync(ObjectName name, CancellationToken cancellation)
    {
        var obj = await _api.FindAsync(Kind.Path(name), cancellation);
        if (obj is null)
            return null;

        var run = new Reconciliation(obj, _patcher, _options.Time);
        if (obj.Text("metadata", "deletionTimestamp") is not null)
        {
            await DeleteAsync(run, cancellation);
            return null;
        }

        await AddFinalizerAsync(obj, cancellation);
        if (run.Spec.True("suspend"))
        {
            _counts.Suspended(Kind.Kind, name);
            _log.Info($"suspended {Kind.Kind}/{name}: left alone");
            run.Finish();
            _reconciler.ObserveSuspended(run);
            await run.PatchAsync(cancellation);
            return null;
        }

        // From here on nothing stops this run, and a suspend that comes now only stops the next one.
        _counts.Started(Kind.Kind, name);
        _log.Debug($"reconciling {Kind.Kind}/{name} generation={obj.Generation()}");
        Outcome? outcome = null;
        try
        {
            outcome = await _reconciler.ReconcileAsync(run, cancellation);
            run.Finish();
        }
        finally
        {
            // Before the status is written: who sees there that it is done may count on it.
            var count = _counts.Finished(Kind.Kind, name, outcome?.Revision);
            _log.Info($"reconciled {Kind.Kind}/{name} revision={count.Revision ?? "-"} ready={Conditions.Find(obj, Conditions.Ready).Text("status") ?? "-"} count={count.Count}");
        }

        await run.PatchAsync(cancellation);
        return outcome.Again;
    }

    private async Task DeleteAsync(Reconciliation run, CancellationToken cancellation)
    {
        if (!Finalizers(run.Object).Contains(Annotations.Finalizer))
            return;
        await _reconciler.FinalizeAsync(run, cancellation);
        await PatchFinalizersAsync(run.Object, Finalizers(run.Object).Where(finalizer => finalizer != Annotations.Finalizer), cancellation);
        _log.Info($"deleted {Kind.Kind}/{run.Name}");
    }

    private async Task AddFinalizerAsync(JsonObject obj, CancellationToken cancellation)
    {
        if (!Finalizers(obj).Contains(Annotations.Finalizer))
            await PatchFinalizersAsync(obj, Finalizers(obj).Append(Annotations.Finalizer), cancellation);
    }

    private Task<JsonObject> PatchFinalizersAsync(JsonObject obj, IEnumerable<string> finalizers, CancellationToken cancellation)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = obj.Text("metadata", "resourceVersion"),
                ["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => JsonValue.Create(finalizer))]),
            },
        };
        return _api.PatchAsync(Kind.Path(obj.Name()), ApiServer.MergePatch, _patcher.FieldManager, patch, cancellation);
    }

    private static List<string> Finalizers(JsonObject obj) =>
        obj.At("metadata", "finalizers") is JsonArray list ? [.. list.Select(finalizer => finalizer!.GetValue<string>())] : [];
}
