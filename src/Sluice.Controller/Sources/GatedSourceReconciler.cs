using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Api.Audit;
using Sluice.Api.Serialization;
using Sluice.Api.Sources;
using Sluice.Controller.Auditing;
using Sluice.Controller.Checks;
using Sluice.Controller.Gated;
using Sluice.Controller.Metrics;
using Sluice.Controller.Statuses;
using Sluice.Kubernetes;

namespace Sluice.Controller.Sources;

/// <summary>
/// Lets the candidates of a gated source through: writes into its status what is released, and then brings its target to that. The status is written
/// first and is the only word on it, so that a crash between the two, or a target that somebody has changed, is mended by looking again.
/// </summary>
internal sealed partial class GatedSourceReconciler(
    KubernetesApi api, GatedSources sources, SourceReader reader, Targets targets, Includes includes, CandidateEvaluator gates, ReleaseCheck check, Consumers consumers, CheckAsker asker, AuditLog audit, GatedSourceNotifier notifier, SluiceMetrics metrics, TimeProvider time,
    ILogger<GatedSourceReconciler> log)
{
    private readonly WholeStatus<ObservedGatedSource, GatedSourceStatus> _statuses = new(
        api, GatedSources.Resource, sources.Read, written => written.Status is { } status ? status with { Authors = null } : null, GatedSourceLook.Differ, ApiJson.Default.GatedSourceStatus);

    private readonly OpenDecisions<SentLook> _open = new(audit);

    /// <summary>Looks at one gated source.</summary>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (sources.Find(key) is not { } observed)
        {
            // Its target stays as it is, pinned: what is deployed goes on being reconciled.
            metrics.Forget(GatedSource.KindName, key.Namespace, key.Name);
            return ReconcileResult.Done;
        }

        if (observed.Source.Metadata.DeletionTimestamp is not null)
        {
            return ReconcileResult.Done;
        }

        // Of another one that has not been read, nobody knows what it has for a target.
        if (!sources.AreKnown || !gates.CanTell(observed, time.GetUtcNow()))
        {
            return ReconcileResult.After(GateEvaluator.Pause);
        }

        var started = time.GetTimestamp();
        try
        {
            var result = await LookAsync(observed, cancellation);
            metrics.Reconciled(GatedSource.KindName, key.Namespace, key.Name, time.GetElapsedTime(started));
            return result;
        }
        catch (KubernetesApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Deleted, replaced or changed since it was decided: the watch will say so, and it is looked at again.
            LogStale(key, e.Message);
            ForgetIfGone(observed);
            return new() { Retry = true };
        }
        catch (KubernetesApiException e) when (!e.IsTransient)
        {
            notifier.TellRefused(observed, e.Message);
            throw;
        }
    }

    /// <summary>Forgets what was read for a gated source that is gone.</summary>
    public void Forget(ObservedGatedSource gone)
    {
        if (gone is { SourceKey: { } source, TargetKey: { } target })
        {
            reader.Forget(source);
            targets.Forget(target);
        }

        _open.Done(DecisionRecords.About(gone));
    }

    // Gone meanwhile, nobody comes to settle what is open about it.
    private void ForgetIfGone(ObservedGatedSource observed)
    {
        if (sources.Find(observed.Key)?.Uid != observed.Uid)
        {
            _open.Done(DecisionRecords.About(observed));
        }
    }

    private async Task<ReconcileResult> LookAsync(ObservedGatedSource observed, CancellationToken cancellation)
    {
        var about = DecisionRecords.About(observed);
        if (!await _open.CanSettleAsync(about, () => sources.IsCurrentAsync(observed, cancellation)))
        {
            return new() { Retry = true };
        }

        var open = Settle(observed);
        var (sourceKey, targetKey) = (observed.SourceKey, observed.TargetKey);
        var source = sourceKey is { } from ? await ReadAsync(from, isFresh: false, cancellation) : SeenSource.Missing($"a {observed.Source.Spec.SourceRef.Kind} cannot be pinned");
        var target = await includes.CheckAsync(observed, targetKey is { } to ? await targets.ReadAsync(to, cancellation) : SeenTarget.Missing, cancellation);
        var look = Look(observed, source, target);
        if (look.Releases)
        {
            // What is released is compared with what the source is now, not with what a watch had last.
            source = await ReadAsync(sourceKey!.Value, isFresh: true, cancellation);
            look = Look(observed, source, target);
        }

        using var deadline = new ReleaseDeadline(look.Releases, time, cancellation);
        try
        {
            if (look is { Releases: true, Candidate: { Decision.IsApproved: true } candidate })
            {
                if (!await check.StandsAsync(observed, candidate, deadline.Token))
                {
                    return new() { Retry = true };
                }

                // By what was asked about, or by what the watch has told since.
                look = Look(observed, source, target);
            }

            deadline.EndBy(look.Candidate?.Until);
            return await CarryOutAsync(observed, look, open, source, target, deadline, cancellation);
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            notifier.TellRefused(observed, deadline.Problem);
            return deadline.Result;
        }
    }

    private async Task<ReconcileResult> CarryOutAsync(
        ObservedGatedSource observed, GatedSourceLook look, ImmutableArray<AuditRecord> open, SeenSource source, SeenTarget target, ReleaseDeadline deadline, CancellationToken cancellation)
    {
        if (!AuditLog.AreAmong(open, look.Decisions))
        {
            return await LookAsync(await TakeBackAsync(observed, look, open, cancellation), cancellation);
        }

        if (GatedSourceLook.Differ(look.Status, observed.Status))
        {
            // Nothing is written down that is not sent any more.
            deadline.Token.ThrowIfCancellationRequested();
            audit.Deciding(look.Decisions, letsPass: look.Releases);
            var written = await WriteAsync(observed, look, deadline.Token);
            _open.Done(DecisionRecords.About(observed));
            notifier.Tell(observed, look);
            observed = written;
        }

        if (look.HasTarget && observed.TargetKey is { } pinned && look.State.Released is { } released)
        {
            await BringAsync(observed, look, pinned, target, released, source.ShardKey, cancellation);
        }

        var wake = new[] { look.Candidate?.Until, Ask(look) }.Min();
        return wake is { } until ? ReconcileResult.At(until) : ReconcileResult.Done;
    }

    /// <summary>
    /// The decisions that were written down, or sent, and are not carried out; none when the status has all of them. What it has and nobody was told of is told.
    /// </summary>
    private ImmutableArray<AuditRecord> Settle(ObservedGatedSource observed)
    {
        var about = DecisionRecords.About(observed);
        var sent = _open.Untold(about);
        if (sent is not null && sent.Look.Decisions.All(IsThere))
        {
            _open.Done(about);
            notifier.Tell(sent.Before, sent.Look);
            return [];
        }

        var open = _open.Written(about) is [_, ..] written ? written : sent is { MayComeLate: true } ? sent.Look.Decisions : [];
        if (!open.IsEmpty && open.All(IsThere))
        {
            _open.Done(about);
            return [];
        }

        // Decided with others, one may be there alone, by a write before theirs.
        audit.Done(about, [.. open.Where(IsThere)]);
        open = open.RemoveAll(IsThere);
        if (sent is not null)
        {
            notifier.Tell(observed, [.. sent.Look.Decisions.Where(IsThere)]);
            _open.Forget(about);
        }

        if (sent is { MayComeLate: true })
        {
            _open.Remember(about, sent with { Look = sent.Look with { Decisions = sent.Look.Decisions.RemoveAll(IsThere) } });
        }

        if (open is not [.., var last])
        {
            return [];
        }

        var back = DecisionRecords.NotCarriedOut(open, last.At);
        if (IsThere(back))
        {
            // It was taken back, and the answer to that was lost.
            _open.TakeBack(about, back);
            notifier.Tell(observed, [back]);
            return [];
        }

        return open;

        bool IsThere(AuditRecord decision) => SourceDecisions.Has(observed.Status, decision);
    }

    /// <summary>
    /// Keeps in the status, before anything else is decided, that what was written down, or sent, was not carried out and is not right any more. It is this write that keeps the other one from
    /// coming late, so the line comes after it. Gives the gated source as it is then.
    /// </summary>
    private async Task<ObservedGatedSource> TakeBackAsync(ObservedGatedSource observed, GatedSourceLook look, ImmutableArray<AuditRecord> open, CancellationToken cancellation)
    {
        var back = look.TakingBack(DecisionRecords.NotCarriedOut(open, time.GetUtcNow()), observed);
        var written = await WriteAsync(observed, back, cancellation);
        _open.TakeBack(DecisionRecords.About(observed), back.Decisions[0]);
        notifier.Tell(observed, back.Decisions);
        return written;
    }

    private async Task<ObservedGatedSource> WriteAsync(ObservedGatedSource observed, GatedSourceLook look, CancellationToken cancellation)
    {
        try
        {
            var written = await _statuses.WriteAsync(observed.Key, Body(observed, look.Status), look.Status, once: look.Releases, cancellation);
            sources.Observe(written);
            return written;
        }
        catch (Exception e) when (e is OperationCanceledException or KubernetesApiException { IsNotFound: false } && look.Decisions is [.., var last] && !DecisionRecords.TakesBack(last))
        {
            // A conflict may be one with the same write, whose first answer was lost. What takes back is told by what it takes back.
            var about = DecisionRecords.About(observed);
            var before = _open.Untold(about);
            // When it was decided first: it may have been carried out by that try.
            var decisions = look.Decisions.Select(decision => before?.Look.Decisions.FirstOrDefault(other => AuditLog.IsSame(other, decision)) ?? decision);
            _open.Remember(about, new(observed, look with { Decisions = [.. decisions] }, e is not KubernetesApiException { IsConflict: true } || before is { MayComeLate: true }));
            ForgetIfGone(observed);
            throw;
        }
    }

    private async Task<SeenSource> ReadAsync(GatedKey key, bool isFresh, CancellationToken cancellation)
    {
        var source = await (isFresh ? reader.ReadFreshAsync(key, cancellation) : reader.ReadAsync(key, cancellation));
        return source.Refusal is null && await includes.FindProblemAsync(key, source.Spec, cancellation) is { } problem ? source with { Refusal = $"{key} {problem}" } : source;
    }

    private DateTimeOffset? Ask(GatedSourceLook look) => look is { State.Waiting: { } waiting, Candidate.Asks: { IsEmpty: false } asks }
        ? asks.Select(ask => asker.Ask(ask.Gate.Key, ask.Gate.Uid, [ask.Check], waiting.Candidate, time.GetUtcNow())).Min()
        : null;

    private GatedSourceLook Look(ObservedGatedSource observed, SeenSource source, SeenTarget target)
    {
        var now = time.GetUtcNow();
        return GatedSourceLook.At(
            observed, source, target, sources.FindConflict(observed, target), revision => consumers.Of(observed.TargetKey, revision), state => gates.Look(observed, state, KnownAuthors.Of(state.Waiting!.Candidate, observed, source), now), now);
    }

    private async Task BringAsync(
        ObservedGatedSource observed, GatedSourceLook look, GatedKey key, SeenTarget target, Gating.Releases.Release released, string? shardKey, CancellationToken cancellation)
    {
        if (target.IsDeleting || look.Status.Specs?.FirstOrDefault(snapshot => snapshot.Digest == released.Candidate.SpecDigest) is not { } snapshot)
        {
            return;
        }

        var spec = PinnedSpec.Make(key.Kind.Kind, snapshot.Spec, released.Candidate);
        if (!target.Exists)
        {
            if (!await sources.IsCurrentAsync(observed, cancellation))
            {
                return;
            }

            await targets.CreateAsync(key, observed.Key, spec, shardKey, cancellation);
            notifier.TellCreated(observed, key, released, isAgain: !look.Releases);
        }
        else if (!targets.IsAsWanted(key, target, spec))
        {
            var isReplaced = await targets.ReplaceAsync(key, target, spec, () => sources.IsCurrentAsync(observed, cancellation), cancellation);
            if (isReplaced && !look.Releases)
            {
                notifier.TellRestored(observed, key, released);
            }
        }
    }

    // With the version that was decided about: a controller that was paused must not write over what another has decided since.
    private static ReadOnlyMemory<byte> Body(ObservedGatedSource observed, GatedSourceStatus status) => JsonSerializer.SerializeToUtf8Bytes(
        new GatedSourceStatusApply
        {
            Metadata = new() { Name = observed.Key.Name, Namespace = observed.Key.Namespace, Uid = observed.Uid, ResourceVersion = observed.ResourceVersion },
            Status = status,
        },
        ApiJson.Default.GatedSourceStatusApply);

    /// <summary>A write of a status with an error for an answer.</summary>
    /// <param name="Before">What it was decided about.</param>
    /// <param name="Look">What was written.</param>
    /// <param name="MayComeLate">Whether it may yet arrive: not after a conflict.</param>
    private sealed record SentLook(ObservedGatedSource Before, GatedSourceLook Look, bool MayComeLate);

    [LoggerMessage(Level = LogLevel.Debug, Message = "gated source {GatedSource} changed while it was decided about; it is looked at again: {Reason}")]
    private partial void LogStale(ObjectKey gatedSource, string reason);
}
