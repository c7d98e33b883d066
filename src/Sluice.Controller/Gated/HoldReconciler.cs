using System.Collections.Concurrent;
using Sluice.Api.Metadata;
using Sluice.Api.Gated;
using Sluice.Controller.Auditing;
using Sluice.Controller.Bindings;
using Sluice.Gating.Holds;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>
/// Holds and releases: brings what Sluice owns on a gated object in line with what its gates say. Its condition is written by
/// <see cref="ApprovedReconciler"/>, later and apart, so that a thousand releases do not wait for a thousand conditions.
/// </summary>
internal sealed partial class HoldReconciler(
    KubernetesApi api, GatedObjects objects, GateEvaluator gates, GateBindings bindings, AuditLog audit, HoldNotifier notifier, TimeProvider time, ILogger<HoldReconciler> log)
{
    // Written with an error for an answer: that it was carried out all the same, and has to be told, is seen by the next look.
    private readonly ConcurrentDictionary<GatedKey, (string Uid, HoldIntent Intent, Action Tell)> _untold = new();

    /// <summary>Server-side apply as the one owner of a hold, taking the field from whoever set it to something else.</summary>
    public static ApplyOptions Apply { get; } = new(FieldManagers.Controller) { Force = true };

    /// <summary>Told when an object is as its gates want it, so that its condition may say so; not before.</summary>
    public event Action<GatedKey>? Settled;

    /// <summary>Looks at one object and writes what is to be written, which is nothing when it is as it should be.</summary>
    public async Task<ReconcileResult> ReconcileAsync(GatedKey key, CancellationToken cancellation)
    {
        if (!objects.TryGet(key, out var gated, out var resource))
        {
            notifier.Forget(key);
            _untold.TryRemove(key, out _);
            return ReconcileResult.Done;
        }

        if (!gates.CanTell(key.Kind, gated, time.GetUtcNow()))
        {
            return ReconcileResult.After(GateEvaluator.Pause);
        }

        var now = time.GetUtcNow();
        var decision = gates.Evaluate(key.Kind, gated, now);
        // Of what cannot be held nothing may say that it is: it is written as what is released, and told apart.
        var isUnheld = !decision.IsApproved && !objects.CanHold(key.Kind);
        var plan = HoldPlan.Of(gated.Hold, decision.IsApproved || isUnheld, HeldBy.Format(decision.Blocking), now);
        var about = DecisionRecords.About(key, gated);
        TellUntold(key, gated);
        var record = audit.IsOn && !isUnheld ? DecisionRecords.Of(key, gated, plan, decision, now) : null;
        var open = audit.Open(about);
        // A write that met an error may have been carried out all the same: what is decided next, and said of it, must not come from an object that is older.
        if ((open is [_, ..] || _untold.ContainsKey(key)) && !await IsCurrentAsync(key.Kind, resource, gated, cancellation))
        {
            return new() { Retry = true };
        }

        if (record is null && open is [_, ..])
        {
            audit.TakeBack(DecisionRecords.NotCarriedOut(open, now));
        }

        if (plan.Change == HoldChange.None)
        {
            _untold.TryRemove(key, out _);
            Tell();
            Settled?.Invoke(key);
            return ReconcileResult.Done;
        }

        if (gated.IsDeleting && plan.Change is (HoldChange.Hold or HoldChange.HoldAgain))
        {
            // Nothing new is deployed of what is being deleted. Held from now on, Flux would leave behind what it has deployed.
            return ReconcileResult.Done;
        }

        if (gated.Hold.IsHeldByAdmission && !decision.IsGated && !await bindings.SelectNothingAsync(key.Kind, gated, cancellation))
        {
            // The watch will say which binding it is, and has it looked at then.
            return new() { Retry = true };
        }

        if (record is not null)
        {
            audit.Deciding(record, letsPass: !plan.Intent.Suspend);
        }

        try
        {
            var letsGo = !plan.Intent.Suspend;
            var latest = plan.TakeOver is { } first ? await WriteAsync(key.Kind, resource, gated, first, letsGo, cancellation) : gated;
            latest = await WriteAsync(key.Kind, resource, latest, plan.Intent, letsGo, cancellation);
            if (plan.Intent.Claim(latest.Hold) is { } claim)
            {
                latest = await WriteAsync(key.Kind, resource, latest, claim, letsGo, cancellation);
                latest = await WriteAsync(key.Kind, resource, latest, plan.Intent, letsGo, cancellation);
            }

            if (plan.Intent.Suspend && !latest.Hold.IsSuspended)
            {
                // As for a moment after a definition got the field, or where a webhook of somebody takes it out again.
                notifier.TellRefused(key, resource, gated, plan, decision, "the API server took the write and left out spec.suspend: is there a webhook that removes it?");
                return new() { Retry = true };
            }
        }
        catch (KubernetesApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // It may be a conflict with the same write, whose first answer was lost.
            _untold[key] = (gated.Uid, plan.Intent, Tell);
            // Deleted, replaced by another of the same name, or changed, since it was decided: the watch will say so.
            // But an API server that has just started answers 404 for what is there, so only the watch is believed.
            LogGone(key, e.Message);
            return new() { Retry = true };
        }
        catch (KubernetesApiException e) when (e.IsTransient)
        {
            _untold[key] = (gated.Uid, plan.Intent, Tell);
            throw;
        }
        catch (KubernetesApiException e)
        {
            // For want of a right, or against a policy or a schema: a person has to do something, so it must not stand in the log alone.
            notifier.TellRefused(key, resource, gated, plan, decision, e.Message);
            throw;
        }

        _untold.TryRemove(key, out _);
        audit.Done(about);
        Tell();
        Settled?.Invoke(key);
        return ReconcileResult.Done;

        void Tell()
        {
            if (isUnheld)
            {
                notifier.TellUnheld(key, resource, gated, decision);
            }
            else if (plan.Change == HoldChange.None)
            {
                notifier.Forget(key);
            }
            else
            {
                notifier.Tell(key, resource, gated, plan, decision, now);
            }
        }
    }

    /// <summary>Tells of a write with an error for an answer that is seen to be done.</summary>
    private void TellUntold(GatedKey key, GatedObject gated)
    {
        if (!_untold.TryGetValue(key, out var untold))
        {
            return;
        }

        // Since when it is held is written in whole seconds.
        var isDone = untold.Uid == gated.Uid && (untold.Intent with { HeldSince = gated.Hold.HeldSince }).IsMetBy(gated.Hold);
        if (isDone || untold.Uid != gated.Uid)
        {
            _untold.TryRemove(key, out _);
        }

        if (isDone)
        {
            audit.Done(DecisionRecords.About(key, gated));
            untold.Tell();
        }
    }

    private async Task<bool> IsCurrentAsync(GatedKind kind, ApiResource resource, GatedObject gated, CancellationToken cancellation)
    {
        var present = await api.TryGetAsync(resource, gated.Key, GatedObjectReader.Read, cancellation);
        if (present is not null && present.ResourceVersion != gated.ResourceVersion)
        {
            objects.Observe(kind, present);
        }

        return present?.ResourceVersion == gated.ResourceVersion;
    }

    /// <summary>Writes, and gives the object as it is after that.</summary>
    private async Task<GatedObject> WriteAsync(GatedKind kind, ApiResource resource, GatedObject gated, HoldIntent intent, bool ifUnchanged, CancellationToken cancellation)
    {
        var body = HoldApply.Write(resource, gated.Key, gated.Uid, ifUnchanged ? gated.ResourceVersion : null, intent);
        var written = await api.ApplyAsync(resource, gated.Key, body, Apply, GatedObjectReader.Read, cancellation);
        objects.Observe(kind, written);
        return written;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Object} changed while it was decided about; it is looked at again: {Reason}")]
    private partial void LogGone(GatedKey @object, string reason);
}
