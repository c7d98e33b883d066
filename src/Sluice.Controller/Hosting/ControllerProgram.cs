using Sluice.Api.Gated;
using Sluice.Controller.Access;
using Sluice.Controller.Approvals;
using Sluice.Controller.Auditing;
using Sluice.Controller.Bindings;
using Sluice.Controller.Calendars;
using Sluice.Controller.Checks;
using Sluice.Controller.Discovery;
using Sluice.Controller.Gated;
using Sluice.Controller.Gates;
using Sluice.Controller.Metrics;
using Sluice.Controller.Notifications;
using Sluice.Controller.Sources;
using Sluice.Gating.Releases;
using Sluice.Kubernetes;

namespace Sluice.Controller.Hosting;

/// <summary>
/// The controller: informers fill caches, caches feed queues, queues feed reconcilers. Informers run in every replica, so that a
/// standby is warm; reconcilers run only in the leader.
/// </summary>
internal sealed partial class ControllerProgram : IAsyncDisposable
{
    private const string ByCheckedSource = "checked-source";

    private static readonly TimeSpan ObjectsPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ConditionsPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan MatchPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ConditionsPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan OwedPause = TimeSpan.FromSeconds(5);

    private readonly ControllerOptions _options;
    private readonly ILogger _log;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly CalendarCache _calendars;
    private readonly CheckAsker _asker;
    private readonly Informer<ObservedGate> _gates;
    private readonly Informer<ObservedNamespace> _namespaces;
    private readonly Informer<ObservedDefinition> _definitions;
    private readonly GatedObjects _objects;
    private readonly GateBindings _bindings;
    private readonly WebhookRoom _room;
    private readonly Votes _votes;
    private readonly GatedSources _sources;
    private readonly KindReconciler _kinds;
    private readonly GateReconciler _gateReconciler;
    private readonly HoldReconciler _holdReconciler;
    private readonly ApprovedReconciler _approvedReconciler;
    private readonly BindingReconciler _bindingReconciler;
    private readonly GatedSourceReconciler _sourceReconciler;
    private readonly WorkQueue<string> _kindQueue;
    private readonly WorkQueue<ObjectKey> _gateQueue;
    private readonly WorkQueue<GatedKey> _holdQueue;
    private readonly WorkQueue<GatedKey> _approvedQueue;
    private readonly WorkQueue<BindingKey> _bindingQueue;
    private readonly WorkQueue<ObjectKey> _sourceQueue;
    private readonly TaskCompletionSource _kindsFound = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ControllerProgram(KubernetesApi api, ControllerOptions options, Notifier notifier, SluiceMetrics metrics, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _time, _loggers, _log) = (options, time, loggers, loggers.CreateLogger("controller"));
        _audit = new(options.AuditLog, Environment.MachineName, metrics, time, loggers.CreateLogger<AuditLog>());
        var scope = new InformerOptions
        {
            Namespaces = options.WatchedNamespaces,
            // Its rights in a namespace go with that, and those in the others must not be without a controller for it.
            IsAbsent = name => _namespaces!.HasSynced && !_namespaces.Cache.TryGet(new("", name), out _),
        };
        _calendars = new(api, time, loggers);
        _asker = new(new(options.CheckHosts), time, loggers.CreateLogger<CheckAsker>());
        var reader = new GateReader(_calendars, _asker, options.TrustRequestedBy);
        _gates = new(api, GateReconciler.Resource, reader.Read, scope, time, loggers.CreateLogger<Informer<ObservedGate>>());
        _gates.AddIndex(ByCheckedSource, gate => gate.CheckedSources().Select(source => source.ToString()));
        _namespaces = new(api, ObservedNamespace.Resource, ObservedNamespace.Read, new() { MetadataOnly = true }, time, loggers.CreateLogger<Informer<ObservedNamespace>>());
        _definitions = new(
            api, new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", Namespaced: false),
            ObservedDefinition.Read, new() { MetadataOnly = true }, time, loggers.CreateLogger<Informer<ObservedDefinition>>());
        _objects = new(api, scope with { LabelSelector = options.WatchLabelSelector }, time, loggers);
        var crdNames = GatedKind.OfFlux.Select(kind => kind.CrdName).Concat(options.AdditionalKinds).ToHashSet();
        _kinds = new(_definitions.Cache, new ServedKinds(api), _objects, crdNames);

        _bindings = new(api, scope, _definitions, _namespaces.Cache, time, loggers);
        _votes = new(api, scope, _definitions, time, loggers);
        _sources = new(api, scope with { LabelSelector = options.WatchLabelSelector }, _definitions, options.TrustRequestedBy, time, loggers);
        var seesAll = string.IsNullOrEmpty(options.WatchLabelSelector);
        _room = new(isKnown: !options.WebhookAddress.IsOn && seesAll && options.WatchedNamespaces is null);
        var access = new NamespaceAccess(_namespaces.Cache, !options.NoCrossNamespaceRefs);
        var evaluator = new GateEvaluator(_gates.Cache, _bindings, access);
        var (consumers, targets) = (new Consumers(_objects), new Targets(api, _objects));
        _gateReconciler = new(
            api, _gates, _objects, reader, seesAll, options.IntervalJitterPercentage / 100.0, () => IsBusy, _asker, _audit, new(notifier, metrics, loggers.CreateLogger<GateNotifier>()), metrics, time,
            loggers.CreateLogger<GateReconciler>());
        _holdReconciler = new(api, _objects, evaluator, _bindings, _audit, new(notifier, metrics, loggers.CreateLogger<HoldNotifier>()), time, loggers.CreateLogger<HoldReconciler>());
        _approvedReconciler = new(api, _objects, evaluator, time);
        _bindingReconciler = new(
            api, _bindings, _objects, new(_definitions.Cache), _room, key => seesAll && (options.WatchedNamespaces is null || !key.IsClusterWide), notifier, time);
        _sourceReconciler = new(
            api, _sources, new(api, _objects), targets, new(_sources, targets), new(evaluator, _votes, new(_sources, consumers, access), options.TrustRequestedBy), new(_gates, _votes, time), consumers, _asker, _audit, new(notifier, loggers.CreateLogger<GatedSourceNotifier>()), metrics,
            time, loggers.CreateLogger<GatedSourceReconciler>());

        var clock = ClockWatch.TryOpen(loggers.CreateLogger<ClockWatch>());
        var retries = new WorkQueueOptions { InitialBackoff = options.MinRetryDelay, MaxBackoff = options.MaxRetryDelay };
        if (clock is not null)
        {
            retries = retries with { WallClockCheck = null };
        }

        _kindQueue = new("kind", retries, time);
        _gateQueue = new("gate", retries, time);
        _holdQueue = new("hold", retries, time);
        _approvedQueue = new("approved", retries, time);
        _bindingQueue = new("binding", retries, time);
        _sourceQueue = new("source", retries, time);
        Connect();
        clock?.Tell(LookAtClock);
        api.Reachability.Returned += RetryFailed;
    }

    /// <summary>The gates, for metrics.</summary>
    public ObjectCache<ObservedGate> Gates => _gates.Cache;

    /// <summary>The gated objects, for metrics.</summary>
    public GatedObjects Objects => _objects;

    /// <summary>The bindings, for the webhook.</summary>
    public GateBindings Bindings => _bindings;

    /// <summary>Which bindings the webhook has no room for; the webhook says.</summary>
    public WebhookRoom Room => _room;

    /// <summary>Whether there is something to hold or to release, before which everything else waits.</summary>
    public bool IsBusy => _holdQueue.Count > 0;

    /// <summary>Whether everything that decisions are made from has been read once.</summary>
    public (bool IsReady, string Why) Readiness =>
        _audit.Problem is { } unwritten ? (false, unwritten)
        : _gates.HasSynced && _bindings.AreKnown && _votes.AreKnown && _sources.AreKnown && _namespaces.HasSynced && _kindsFound.Task.IsCompleted && _objects.HasSynced
            ? (true, "ok")
            : (false, "the gates, the bindings and the objects that they hold have not all been read yet; is the API server reachable, and are the CRDs of Sluice installed?"
                + ((_gates.LastFailure ?? _namespaces.LastFailure) is { } failure ? $" {failure.Message}" : ""));

    /// <summary>Keeps the caches up to date until stopped.</summary>
    public async Task WatchAsync(CancellationToken stopping)
    {
        var kinds = new WorkerPool<string>("kind", _kindQueue, _kinds.ReconcileAsync, new() { Workers = 1 }, _time, _loggers.CreateLogger("kind"));
        await Task.WhenAll(
            _gates.RunAsync(stopping),
            _namespaces.RunAsync(stopping),
            _definitions.RunAsync(stopping),
            _bindings.RunAsync(stopping),
            _votes.RunAsync(stopping),
            _sources.RunAsync(stopping),
            FollowKindsAsync(kinds, stopping));
    }

    /// <summary>
    /// Decides and acts until stopped; then ends the work in hand. Begins when every cache is filled: an object must not be held
    /// because its gate has not been read yet.
    /// </summary>
    public async Task LeadAsync(CancellationToken stopping)
    {
        await Task.WhenAll(_gates.SyncedAsync(stopping), _namespaces.SyncedAsync(stopping), _definitions.SyncedAsync(stopping));
        while (!_bindings.AreKnown)
        {
            await Task.Delay(GateEvaluator.Pause, _time, stopping);
        }

        await ObjectsReadAsync(stopping);
        _audit.Start();
        // Reading everything once leaves behind several times of what is kept, and so does much work at once: it is given back.
        using var memory = new MemoryReturn(_time);
        memory.GiveBack();
        var options = new WorkerPoolOptions { Workers = _options.Concurrent };
        await Task.WhenAll(
            new WorkerPool<ObjectKey>("gate", _gateQueue, memory.After<ObjectKey>(_gateReconciler.ReconcileAsync), options, _time, _loggers.CreateLogger("gate")).RunAsync(stopping),
            new WorkerPool<GatedKey>("hold", _holdQueue, memory.After<GatedKey>(_holdReconciler.ReconcileAsync), options, _time, _loggers.CreateLogger("hold")).RunAsync(stopping),
            new WorkerPool<GatedKey>("approved", _approvedQueue, memory.After<GatedKey>(SayApprovedAsync), options, _time, _loggers.CreateLogger("approved")).RunAsync(stopping),
            new WorkerPool<BindingKey>("binding", _bindingQueue, _bindingReconciler.ReconcileAsync, new() { Workers = 1 }, _time, _loggers.CreateLogger("binding")).RunAsync(stopping),
            new WorkerPool<ObjectKey>("source", _sourceQueue, memory.After<ObjectKey>(_sourceReconciler.ReconcileAsync), options, _time, _loggers.CreateLogger("source")).RunAsync(stopping),
            _options.AuditLog is null ? Task.CompletedTask : WriteOwedAsync(stopping));
    }

    public async ValueTask DisposeAsync()
    {
        _audit.Dispose();
        await _objects.DisposeAsync();
        await _calendars.DisposeAsync();
        _asker.Dispose();
        _kindQueue.Dispose();
        _gateQueue.Dispose();
        _holdQueue.Dispose();
        _approvedQueue.Dispose();
        _bindingQueue.Dispose();
        _sourceQueue.Dispose();
    }

    // What was held while the audit log could not be written is still to be written down.
    private async Task WriteOwedAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Task.Delay(OwedPause, _time, stopping);
                _audit.WriteOwed();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// Counts of held objects are right from the start when all objects are there. But one kind that cannot be read, for want of a right,
    /// must not keep the others from being held.
    /// </summary>
    private async Task ObjectsReadAsync(CancellationToken stopping)
    {
        async Task ReadAsync()
        {
            await _kindsFound.Task;
            await _objects.SyncedAsync(stopping);
        }

        try
        {
            await ReadAsync().WaitAsync(ObjectsPatience, _time, stopping);
        }
        catch (TimeoutException)
        {
            LogNotAllRead(_log, string.Join(", ", _objects.Unread.Select(kind => kind.Kind)));
        }
    }

    private async Task FollowKindsAsync(WorkerPool<string> kinds, CancellationToken stopping)
    {
        await _definitions.SyncedAsync(stopping);

        // The kinds that are there at the start count for readiness; those that come later, or fail now, are followed as they come.
        foreach (var definition in _definitions.Cache.All.Where(definition => _kinds.Concerns(definition.Key.Name)))
        {
            try
            {
                await _kinds.ReconcileAsync(definition.Key.Name, stopping);
            }
            catch (KubernetesApiException)
            {
                _kindQueue.AddRateLimited(definition.Key.Name);
            }
        }

        _kindsFound.TrySetResult();
        await kinds.RunAsync(stopping);
    }

    /// <summary>
    /// Conditions wait while there is something to hold or to release: what is deployed matters more than what is said of it. But not
    /// for ever: objects that others fight about may keep the queue from ever being empty.
    /// </summary>
    private async Task<ReconcileResult> SayApprovedAsync(GatedKey key, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        while (IsBusy && _time.GetElapsedTime(began) < ConditionsPatience)
        {
            await Task.Delay(ConditionsPause, _time, cancellation);
        }

        return await _approvedReconciler.ReconcileAsync(key, cancellation);
    }

    /// <summary>What has to be looked at when something changes.</summary>
    private void Connect()
    {
        _definitions.AddHandler(change =>
        {
            if (_kinds.Concerns(change.Key.Name) && change.Old?.Generation != change.New?.Generation)
            {
                _kindQueue.Add(change.Key.Name);
            }
        });
        _gates.AddHandler(change =>
        {
            _calendars.Follow(change.Key, change.New?.Gate.Spec.CalendarConfigMaps() ?? []);
            _gateQueue.Add(change.Key, Priority(change.IsInitial));
            if (change.Old is { } gone && change.New?.Uid != gone.Uid)
            {
                _asker.Forget(gone.Uid);
                _gateReconciler.Forget(gone);
            }

            if (change is not { Old: { } before, New: { } after } || !before.DecidesLike(after))
            {
                LookAtNaming(change.Key.ToString());
            }
        });
        _calendars.Changed += LookAtGateAndNaming;
        _asker.Answered += LookAtGateAndNaming;
        _gateReconciler.StateChanged += LookAtNaming;
        _holdReconciler.Settled += key => _approvedQueue.Add(key);
        _namespaces.AddHandler(change =>
        {
            if (!HaveSame(change.Old?.Labels, change.New?.Labels))
            {
                LookAt(_objects.In(change.Key.Name).Select(found => found.Key));
                LookAt(_sources.In(change.Key.Name));
                LookAt(_gates.Cache.All.Where(gate => gate.Key.Namespace == change.Key.Name && gate.CheckedSources().Any()).SelectMany(gate => _sources.Naming(gate.Name)));
                MatchAgain(change.Key.Name);
            }
        });
        _bindings.Changed += (key, change) =>
        {
            _bindingQueue.AddAfter(key, MatchPause);
            if (!ObservedBinding.BindsLikeBefore(change))
            {
                LookAt(new[] { change.Old, change.New }.OfType<ObservedBinding>().SelectMany(binding => _bindings.Select(binding, _objects)).Select(found => found.Key));
            }
        };
        _room.Changed += () => MatchAgain(inNamespace: null);
        _sources.Changed += change =>
        {
            _sourceQueue.Add(change.Key, Priority(change.IsInitial));
            if (change.Old is { } gone && change.New?.Uid != gone.Uid)
            {
                _sourceReconciler.Forget(gone);
            }

            var asking = _gates.Cache.ByIndex(ByCheckedSource, change.Key.ToString());
            if (asking.Count > 0 && (!HaveSame(change.Old?.State, change.New?.State) || change.Old?.Source.Metadata.Generation != change.New?.Source.Metadata.Generation))
            {
                LookAt(asking.SelectMany(gate => _sources.Naming(gate.Name)));
            }

            if (change.Old?.Source.Metadata.Generation != change.New?.Source.Metadata.Generation)
            {
                // Two may want one target, or feed each other in a circle, or include what one pins.
                LookAt(new[] { change.Old?.TargetKey, change.Old?.SourceKey, change.New?.TargetKey, change.New?.SourceKey }.OfType<GatedKey>().Distinct().SelectMany(_sources.About).Concat(_sources.Including(change.Key.Namespace)));
            }
            else if (change.Old?.IsRefusedItsTarget != change.New?.IsRefusedItsTarget || !(change.Old?.Included ?? []).SequenceEqual(change.New?.Included ?? []))
            {
                // Another may have been refused for including what was made of it, or of what it does not get.
                LookAt(_sources.Including(change.Key.Namespace));
            }
        };
        _votes.Changed += source => _sourceQueue.Add(source);
        _objects.Changed += (key, change) =>
        {
            if (change.Old is { } gone && change.New?.Uid != gone.Uid)
            {
                _holdReconciler.Forget(key, gone);
            }

            LookAt(_sources.About(key));
            if (key.Kind.Kind == SourceKinds.Git)
            {
                LookAt(_sources.Including(key.Key.Namespace));
            }

            LookAt(Consumers.Concerned(change.Old, change.New).SelectMany(_sources.WithTarget));
            // Most objects of a cluster may have nothing to do with gates, and Flux writes each of them often.
            if (change.New?.IsOfInterest == true || change.Old?.IsOfInterest == true || !_bindings.IsEmpty)
            {
                LookAt([key], Priority(change.IsInitial));
            }

            if (!_bindings.IsEmpty && !HaveSame(change.Old?.Labels, change.New?.Labels))
            {
                MatchAgain(key.Key.Namespace);
            }

            foreach (var gate in HeldBy.Gates(change.Old?.Hold.HeldBy).Except(HeldBy.Gates(change.New?.Hold.HeldBy))
                .Concat(HeldBy.Gates(change.New?.Hold.HeldBy).Except(HeldBy.Gates(change.Old?.Hold.HeldBy))))
            {
                CountAgain(gate);
            }
        };
    }

    /// <summary>What the API server was not there for has waited longer and longer, a gate that has closed meanwhile too.</summary>
    private void RetryFailed()
    {
        _kindQueue.RetryFailed();
        _gateQueue.RetryFailed();
        _holdQueue.RetryFailed();
        _approvedQueue.RetryFailed();
        _bindingQueue.RetryFailed();
        _sourceQueue.RetryFailed();
    }

    /// <summary>Every gate and what names it: by the new time another state may have been there for long.</summary>
    private void LookAtClock()
    {
        _gateQueue.ClockChanged();
        LookAt(_sources.All);
        foreach (var gate in _gates.Cache.All)
        {
            _gateQueue.Add(gate.Key);
            LookAtNaming(gate.Name);
        }
    }

    private void LookAtGateAndNaming(ObjectKey gate)
    {
        _gateQueue.Add(gate);
        LookAtNaming(gate.ToString());
    }

    private void LookAtNaming(string gate)
    {
        LookAt(_sources.Naming(gate));
        LookAt(_objects.Naming(gate));
        LookAt(_bindings.Naming(gate).SelectMany(binding => _bindings.Select(binding, _objects)).Select(found => found.Key));
    }

    // What has come or gone has no labels to compare.
    private static bool HaveSame(IReadOnlyDictionary<string, string>? before, IReadOnlyDictionary<string, string>? after) =>
        before is not null && after is not null && before.ToHashSet().SetEquals(after);

    // Who wrote it is nothing to those who ask.
    private static bool HaveSame(ReleaseState? before, ReleaseState? after) => before is not null && after is not null
        && before.History.Select(release => release with { Authors = null }).SequenceEqual(after.History.Select(release => release with { Authors = null }));

    // A thousand objects may come at once: what a binding has matched is counted once they have settled.
    private void MatchAgain(string? inNamespace)
    {
        foreach (var binding in _bindings.All.Where(binding => inNamespace is null || binding.IsClusterWide || binding.Key.Namespace == inNamespace))
        {
            _bindingQueue.AddAfter(new(binding.IsClusterWide, binding.Key), MatchPause);
        }
    }

    private void LookAt(IEnumerable<GatedKey> objects, WorkPriority priority = WorkPriority.Normal)
    {
        foreach (var key in objects)
        {
            _holdQueue.Add(key, priority);
        }
    }

    private void LookAt(IEnumerable<ObservedGatedSource> sources)
    {
        foreach (var source in sources)
        {
            _sourceQueue.Add(source.Key);
        }
    }

    // A thousand releases change a count a thousand times: it is written once they have settled.
    private void CountAgain(string gate)
    {
        if (ObjectKey.TryParse(gate, out var key))
        {
            _gateQueue.AddAfter(key, TimeSpan.FromMilliseconds(250));
        }
    }

    private static WorkPriority Priority(bool isInitial) => isInitial ? WorkPriority.Low : WorkPriority.Normal;

    [LoggerMessage(Level = LogLevel.Warning, Message = "going on without {Kinds}, which cannot be read yet: objects of these kinds are neither held nor released")]
    private static partial void LogNotAllRead(ILogger log, string kinds);
}
