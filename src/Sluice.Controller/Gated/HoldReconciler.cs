using Sluice.Api.Audit;
using Sluice.Api.Gated;
using Sluice.Api.Metadata;
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
    private readonly OpenDecisions<SentIntent> _open = new(audit);

    /// <summary>Server-side apply as the one owner of a hold, taking the field from whoever set it to something else.</summary>
    public static ApplyOptions Apply { get; } = new(FieldManagers.Controller) { Force = true };

    /// <summary>Told when an object is as its gates want it, so that its condition may say so; not before.</summary>
    public event Action<GatedKey>? Settled;

    /// <summary>Forgets what is open about an object that is gone.</summary>
    public void Forget(GatedKey key, GatedObject gone) => _open.Done(DecisionRecords.About(key, gone));

    /// <summary>Looks at one object and writes what is to be written, which is nothing when it is as it should be.</summary>
    public async Task<ReconcileResult> ReconcileAsync(GatedKey key, CancellationToken cancellation)
    {
        if (!objects.TryGet(key, out var gated, out var resource))
        {
            notifier.Forget(key);
            return ReconcileResult.Done;
        }

        // What may take long comes first: what is decided after it is so when it is written.
        var about = DecisionRecords.About(key, gated);
        Settle(about, gated);
        if (!await _open.CanSettleAsync(about, () => objects.IsCurrentAsync(key.Kind, gated, cancellation)))
        {
            return new() { Retry = true };
        }

        if (!gates.CanTell(key.Kind, gated, time.GetUtcNow()))
        {
            return ReconcileResult.After(GateEvaluator.Pause);
        }

        var isKnownToBeFree = !gated.Hold.IsHeldByAdmission;
        if (!isKnownToBeFree && !gates.Evaluate(key.Kind, gated, time.GetUtcNow()).IsGated)
        {
            isKnownToBeFree = await bindings.SelectNothingAsync(key.Kind, gated, cancellation);
            if (!isKnownToBeFree)
            {
                // The watch will say which binding it is, and has it looked at then.
                return new() { Retry = true };
            }
        }

        var now = time.GetUtcNow();
        var decision = gates.Evaluate(key.Kind, gated, now);
        if (!decision.IsGated && !isKnownToBeFree)
        {
            return new() { Retry = true };
        }

        var whyUnheld = decision.IsApproved ? null : objects.WhyUnheld(key.Kind, gated);
        // Of what cannot be suspended nothing may say that it is: it is written as what is released, and told apart. What can be is, though Flux does not care: else whoever may change
        // its spec would be let past the gates by having Flux not care for a moment.
        var isWritten = decision.IsApproved || objects.CanSuspend(key.Kind);
        // Of what Flux does nothing with it never reports that it has: let go for one reconciliation, it would stay so. A token is used up, as where somebody keeps it suspended.
        var seen = whyUnheld is not null && isWritten ? gated.Hold with { KeepSuspended = gated.Hold.KeepSuspended ?? whyUnheld } : gated.Hold;
        var plan = HoldPlan.Of(seen, decision.IsApproved || !isWritten, HeldBy.Format(decision.Blocking), now);
        var record = audit.IsOn && isWritten ? DecisionRecords.Of(about, gated, plan, decision, now) : null;
        if (record is not null && whyUnheld is not null && plan.Change != HoldChange.RefuseOnce)
        {
            record = record with { Message = $"{record.Message?.TrimEnd('.')}. It is suspended, but that stops nothing: {whyUnheld}" };
        }

        if (record is null && _open.Written(about) is [_, ..] open)
        {
            var back = DecisionRecords.NotCarriedOut(open, now);
            _open.TakeBack(about, back);
            notifier.TellNotCarriedOut(resource, gated, decision, back);
        }

        if (plan.Change == HoldChange.None)
        {
            _open.Forget(about);
            Tell();
            Settled?.Invoke(key);
            return ReconcileResult.Done;
        }

        if (gated.IsDeleting && plan.Change is (HoldChange.Hold or HoldChange.HoldAgain or HoldChange.RefuseOnce))
        {
            // Nothing new is deployed of what is being deleted. Held from now on, Flux would leave behind what it has deployed.
            return ReconcileResult.Done;
        }

        var letsGo = !plan.Intent.Suspend;
        using var deadline = new ReleaseDeadline(letsGo, time, cancellation);
        deadline.EndBy(decision.Until);
        if (record is not null)
        {
            audit.Deciding(record, letsPass: letsGo);
        }

        try
        {
            // The disk may have taken longer than what lets it pass lasts.
            deadline.Token.ThrowIfCancellationRequested();
            var latest = plan.TakeOver is { } first ? await WriteAsync(key.Kind, resource, gated, first, letsGo, deadline.Token) : gated;
            latest = await WriteAsync(key.Kind, resource, latest, plan.Intent, letsGo, deadline.Token);
            if (plan.Intent.Claim(latest.Hold) is { } claim)
            {
                latest = await WriteAsync(key.Kind, resource, latest, claim, letsGo, deadline.Token);
                latest = await WriteAsync(key.Kind, resource, latest, plan.Intent, letsGo, deadline.Token);
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
            Remember();
            // Deleted, replaced by another of the same name, or changed, since it was decided: the watch will say so.
            // But an API server that has just started answers 404 for what is there, so only the watch is believed.
            LogGone(key, e.Message);
            return new() { Retry = true };
        }
        catch (KubernetesApiException e) when (e.IsTransient)
        {
            Remember();
            throw;
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            Remember();
            notifier.TellRefused(key, resource, gated, plan, decision, deadline.Problem);
            return deadline.Result;
        }
        catch (KubernetesApiException e)
        {
            // For want of a right, or against a policy or a schema: a person has to do something, so it must not stand in the log alone.
            notifier.TellRefused(key, resource, gated, plan, decision, e.Message);
            throw;
        }

        _open.Done(about);
        Tell();
        Settled?.Invoke(key);
        return ReconcileResult.Done;

        void Remember()
        {
            _open.Remember(about, new(plan.Intent, Tell));
            // Gone meanwhile, nobody comes to settle it.
            if (!objects.TryGet(key, out var present, out _) || present.Uid != gated.Uid)
            {
                _open.Done(about);
            }
        }

        void Tell()
        {
            if (whyUnheld is null)
            {
                notifier.Forget(key);
            }

            // What was done to it is told where it was done: of what cannot be suspended nothing was.
            if (whyUnheld is not null && (!isWritten || plan.Change is HoldChange.None or HoldChange.Hold or HoldChange.Relabel))
            {
                notifier.TellUnheld(key, resource, gated, decision, whyUnheld);
            }
            else if (plan.Change != HoldChange.None)
            {
                notifier.Tell(key, resource, gated, plan, decision, now);
            }
        }
    }

    /// <summary>A write with an error for an answer that is seen to be done is told.</summary>
    private void Settle(AuditObject about, GatedObject gated)
    {
        // Since when it is held is written in whole seconds.
        if (_open.Untold(about) is { } sent && (sent.Intent with { HeldSince = gated.Hold.HeldSince }).IsMetBy(gated.Hold))
        {
            _open.Done(about);
            sent.Tell();
        }
    }

    /// <summary>Writes, and gives the object as it is after that. What lets go does so of what was decided about, and now.</summary>
    private async Task<GatedObject> WriteAsync(GatedKind kind, ApiResource resource, GatedObject gated, HoldIntent intent, bool letsGo, CancellationToken cancellation)
    {
        var body = HoldApply.Write(resource, gated.Key, gated.Uid, letsGo ? gated.ResourceVersion : null, intent);
        var written = await api.ApplyAsync(resource, gated.Key, body, letsGo ? Apply with { Once = true } : Apply, GatedObjectReader.Read, cancellation);
        objects.Observe(kind, written);
        return written;
    }

    /// <summary>A write with an error for an answer.</summary>
    /// <param name="Intent">What it was to make of the object.</param>
    /// <param name="Tell">Tells of it.</param>
    private sealed record SentIntent(HoldIntent Intent, Action Tell);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Object} changed while it was decided about; it is looked at again: {Reason}")]
    private partial void LogGone(GatedKey @object, string reason);
}
