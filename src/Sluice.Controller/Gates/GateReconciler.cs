using System.Text.Json;
using Sluice.Api;
using Sluice.Api.Audit;
using Sluice.Api.Gates;
using Sluice.Api.Serialization;
using Sluice.Controller.Auditing;
using Sluice.Controller.Checks;
using Sluice.Controller.Gated;
using Sluice.Controller.Metrics;
using Sluice.Controller.Statuses;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gates;

/// <summary>Keeps a gate's status true: latches requests, records transitions, and wakes at the next one.</summary>
/// <param name="api">The API server.</param>
/// <param name="gates">The gates.</param>
/// <param name="objects">The objects that name them.</param>
/// <param name="reader">Reads a gate from the answer to a write.</param>
/// <param name="seesAll">Whether those are all of them. A shard counts nothing: each would write another number over that of the others, for ever.</param>
/// <param name="intervalJitter">By how much of itself an interval is varied at most, from 0 to 0.5.</param>
/// <param name="isBusy">Whether objects wait to be held or released: their number is not written before it has settled.</param>
/// <param name="asker">Asks the checks.</param>
/// <param name="audit">Where what is decided is written down first.</param>
/// <param name="notifier">Tells of what happens.</param>
/// <param name="metrics">Counts it.</param>
/// <param name="time">The clock.</param>
/// <param name="log">For who looks after Sluice.</param>
internal sealed partial class GateReconciler(
    KubernetesApi api, Informer<ObservedGate> gates, GatedObjects objects, GateReader reader, bool seesAll, double intervalJitter, Func<bool> isBusy, CheckAsker asker, AuditLog audit, GateNotifier notifier,
    SluiceMetrics metrics, TimeProvider time, ILogger<GateReconciler> log)
{
    private static readonly TimeSpan CountPause = TimeSpan.FromMilliseconds(250);

    // Beyond this every request has long met its own end.
    private static readonly TimeSpan LongestWrite = TimeSpan.FromMinutes(10);

    private readonly WholeStatus<ObservedGate, GateStatus> _statuses = new(api, Resource, reader.Read, written => written.Gate.Status, (wanted, found) => !Same(wanted, found), ApiJson.Default.GateStatus);

    private readonly OpenDecisions<SentLook> _open = new(audit);

    /// <summary>The gates of the cluster.</summary>
    public static ApiResource Resource { get; } = new(ApiGroup.Name, ApiGroup.Version, "gates", Gate.KindName);

    /// <summary>Told when the state of a gate changes, so that what names it is looked at.</summary>
    public event Action<string>? StateChanged;

    /// <summary>Forgets what is open about a gate that is gone.</summary>
    public void Forget(ObservedGate gone) => _open.Done(DecisionRecords.About(gone));

    /// <summary>Looks at one gate.</summary>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (!gates.Cache.TryGet(key, out var observed))
        {
            notifier.Forget(key);
            return ReconcileResult.Done;
        }

        if (!observed.HasCalendars)
        {
            return ReconcileResult.After(GateEvaluator.Pause);
        }

        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        var look = GateLook.At(observed, seesAll ? objects.CountHeldBy(observed.Name) : observed.Gate.Status?.Held ?? 0, now);
        var asked = Ask(observed, look, now);
        if (observed.WasOpened && look.Decision.Reason == GateReasons.CheckPending)
        {
            // After a start: what names the gate is left as it is until the check is answered, which is not for long.
            return ReconcileResult.After(GateEvaluator.Pause);
        }

        if (look.IsOtherThanBefore)
        {
            // Closing must not wait for the status to be written. Opening does: a request counts once it is latched there.
            StateChanged?.Invoke(observed.Name);
        }

        var wake = Wake(observed, look, asked, now);
        if (isBusy() && observed.Gate.Status is { } before && !Same(look.Status, before) && Same(look.Status with { Held = before.Held }, before))
        {
            // Each write of the count comes back as a change, is looked at, and finds another count.
            return wake with { RequeueAfter = CountPause };
        }

        // A write that hangs must not outlast the moment at which the gate closes.
        using var moment = Until(look, now);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, moment.Token);
            var isDone = await TryWriteAsync(observed, look, now, either.Token);
            metrics.Reconciled(Gate.KindName, key.Namespace, key.Name, time.GetElapsedTime(started));
            return wake with { Retry = !isDone };
        }
        catch (OperationCanceledException) when (moment.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return wake with { Retry = true };
        }
#pragma warning disable CA1031 // Whatever it was, what the gate is to be at its next transition must not wait for the back-off.
        catch (Exception e) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return wake with { Failure = e };
        }
    }

    /// <summary>Writes the status, if it says something else than before. Whether that is done; else it is tried again.</summary>
    private async Task<bool> TryWriteAsync(ObservedGate observed, GateLook look, DateTimeOffset now, CancellationToken cancellation)
    {
        var about = DecisionRecords.About(observed);
        if (!await _open.CanSettleAsync(about, () => gates.IsCurrentAsync(observed, cancellation)))
        {
            return false;
        }

        Settle(observed);
        var decision = DecisionRecords.Of(observed, look);
        var record = audit.IsOn ? decision : null;
        if (record is null && _open.Written(about) is [_, ..] open)
        {
            var back = DecisionRecords.NotCarriedOut(open, now);
            _open.TakeBack(about, back);
            notifier.TellNotCarriedOut(observed, back);
        }

        if (Same(look.Status, observed.Gate.Status))
        {
            _open.Forget(about);
            return true;
        }

        if (record is not null)
        {
            audit.Deciding(record, letsPass: look.LetsPass);
        }

        try
        {
            gates.Observe(await _statuses.WriteAsync(observed.Key, Body(observed, look.Status), look.Status, once: false, cancellation));
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            // Gone, and the watch will say so, or has; or the API server has just started and does not serve it yet.
            ForgetIfGone();
            return false;
        }
        catch (OperationCanceledException) when (decision is not null)
        {
            Remember(decision);
            throw;
        }
        catch (KubernetesApiException e)
        {
            if (decision is not null)
            {
                // Also at a conflict: it may be one with the same write, whose first answer was lost.
                Remember(decision);
            }

            if (!e.IsConflict)
            {
                throw;
            }

            // What it was changed to the watch will say, and has it looked at then.
            LogStale(observed.Key, e.Message);
            return false;
        }

        _open.Done(about);
        notifier.Tell(observed, look);
        return true;

        void Remember(AuditRecord decision)
        {
            // When it was decided first: it may have been carried out by that try.
            _open.Remember(about, new(observed, look, _open.Untold(about) is { } before && AuditLog.IsSame(before.Decision, decision) ? before.Decision : decision));
            ForgetIfGone();
        }

        // Gone meanwhile, nobody comes to settle it.
        void ForgetIfGone()
        {
            if (gates.Cache.Find(observed.Key)?.Uid != observed.Uid)
            {
                _open.Done(about);
            }
        }
    }

    /// <summary>Ends when the gate says something else; where that is far off, never.</summary>
    private CancellationTokenSource Until(GateLook look, DateTimeOffset now) =>
        look.Decision.Until is { } until && until > now && until - now < LongestWrite ? new(until - now, time) : new();

    /// <summary>What its history has of what was decided is no longer open, and is told if nobody was told of it.</summary>
    private void Settle(ObservedGate observed)
    {
        var about = DecisionRecords.About(observed);
        if (_open.Untold(about) is { } sent && DecisionRecords.Has(observed.Gate.Status, sent.Decision))
        {
            _open.Done(about);
            notifier.Tell(sent.Before, sent.Look);
        }
        else if (_open.Written(about) is [.., var open] && DecisionRecords.Has(observed.Gate.Status, open))
        {
            _open.Done(about);
        }
    }

    // Only while an answer matters: nobody is asked for a gate that is closed anyway.
    private DateTimeOffset? Ask(ObservedGate observed, GateLook look, DateTimeOffset now) =>
        look.Decision is { State: Gating.Gates.GateState.Opened } or { KeptClosedBy: not null }
            ? asker.Ask(observed.Key, observed.Uid, observed.Rules.Checks.OfType<AskedCheck>().Where(check => !check.IsAboutCandidate), null, now)
            : null;

    private ReconcileResult Wake(ObservedGate observed, GateLook look, DateTimeOffset? asked, DateTimeOffset now)
    {
        // Not only at the next transition: what the gate says may change while its state stays the same.
        var wake = now + observed.Gate.Spec.IntervalOrDefault() * (1 + intervalJitter * (2 * Random.Shared.NextDouble() - 1));
        return ReconcileResult.At(new[] { wake, look.Decision.Until, asked }.Min()!.Value);
    }

    // Records compare their lists by reference.
    private static bool Same(GateStatus status, GateStatus? before) =>
        before is not null
        && WithoutLists(status) == WithoutLists(before)
        && (status.TakenAhead ?? []).SequenceEqual(before.TakenAhead ?? [])
        && (status.History ?? []).SequenceEqual(before.History ?? [])
        && (status.Conditions ?? []).SequenceEqual(before.Conditions ?? []);

    private static GateStatus WithoutLists(GateStatus status) => status with { TakenAhead = null, History = null, Conditions = null };

    // With the version that was decided about: a status must never be written over a request that it does not know.
    private static ReadOnlyMemory<byte> Body(ObservedGate observed, GateStatus status) => JsonSerializer.SerializeToUtf8Bytes(
        new GateStatusApply
        {
            Metadata = new() { Name = observed.Key.Name, Namespace = observed.Key.Namespace, Uid = observed.Uid, ResourceVersion = observed.ResourceVersion },
            Status = status,
        },
        ApiJson.Default.GateStatusApply);

    /// <summary>A write of a status with an error for an answer.</summary>
    /// <param name="Before">What it was decided about.</param>
    /// <param name="Look">What was written.</param>
    /// <param name="Decision">What was decided by it, and when first.</param>
    private sealed record SentLook(ObservedGate Before, GateLook Look, AuditRecord Decision);

    [LoggerMessage(Level = LogLevel.Debug, Message = "gate {Gate} changed while it was decided about; it is looked at again: {Reason}")]
    private partial void LogStale(ObjectKey gate, string reason);
}
