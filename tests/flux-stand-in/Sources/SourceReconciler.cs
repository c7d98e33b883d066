using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Sources;

/// <summary>source-controller's part that is the same for all sources: fetch at each interval, and publish an artifact when the revision is another one.</summary>
internal abstract class SourceReconciler(ResourceKind kind, ArtifactStorage storage, StandInOptions options) : Reconciler(kind)
{
    private static readonly TimeSpan RetryFetch = TimeSpan.FromSeconds(5);

    /// <summary>The reason when there is nothing to be had.</summary>
    protected abstract string FailureReason { get; }

    /// <summary>The reason when there is.</summary>
    protected virtual string SuccessReason => "Succeeded";

    /// <summary>Finds out what there is.</summary>
    /// <exception cref="IOException">There is nothing like that, or it cannot be reached; the message is the condition's.</exception>
    protected abstract Task<FoundRevision> FindAsync(Reconciliation run, CancellationToken cancellation);

    public override Task FinalizeAsync(Reconciliation run, CancellationToken cancellation)
    {
        storage.DeleteAll(Kind, run.Name);
        return Task.CompletedTask;
    }

    /// <summary>Its conditions are summarised as after every look, so Ready says that it is of the new generation, though nothing was fetched for it.</summary>
    public override void ObserveSuspended(Reconciliation run)
    {
        base.ObserveSuspended(run);
        if (Conditions.Find(run.Object, Conditions.Ready) is { } ready)
            ready["observedGeneration"] = run.Object.Generation();
    }

    public override async Task<Outcome> ReconcileAsync(Reconciliation run, CancellationToken cancellation)
    {
        await AnnounceAsync(run, cancellation);
        await RefreshStorageAsync(run, cancellation);
        await Task.Delay(options.ReconcileDelay, options.Time, cancellation);

        FoundRevision found;
        byte[]? artifact;
        try
        {
            found = await FindAsync(run, cancellation);
            artifact = await IsStoredAsync(run, found.Revision, cancellation) ? null : await found.ReadAsync(cancellation);
        }
        catch (IOException e)
        {
            return Failed(run, e.Message);
        }

        Conditions.Remove(run.Object, "FetchFailed");
        if (artifact is not null)
            await PublishAsync(run, found, artifact, cancellation);

        var stored = $"stored artifact for revision '{found.Revision}'";
        Conditions.Remove(run.Object, "ArtifactOutdated");
        run.Set("ArtifactInStorage", "True", SuccessReason, stored);
        run.Ready("True", SuccessReason, stored);
        run.Status["observedGeneration"] = run.Object.Generation();
        return new Outcome(run.Spec.Duration("interval"), found.Revision);
    }

    /// <summary>A spec that was not seen yet makes the source Unknown; a routine look at what it is fetched from leaves it Ready.</summary>
    private static async Task AnnounceAsync(Reconciliation run, CancellationToken cancellation)
    {
        var observed = run.Status.Number("observedGeneration") ?? -1;
        var generation = run.Object.Generation();
        if (observed != generation)
        {
            var message = $"processing object: new generation {observed} -> {generation}";
            run.Reconciling("Progressing", message);
            run.Ready("Unknown", "Progressing", message);
        }
        else
        {
            run.Reconciling("Progressing", "reconciliation in progress");
        }

        await run.PatchAsync(cancellation);
    }

    /// <summary>
    /// An artifact that the storage has lost (an emptyDir after a restart) is taken out of the status, and a changed address is written there.
    /// Since spec.suspend stops before this, a suspended source goes on pointing at what is no longer there.
    /// </summary>
    private async Task RefreshStorageAsync(Reconciliation run, CancellationToken cancellation)
    {
        if (run.Status.At("artifact") is not JsonObject artifact)
            return;

        var path = artifact.Text("path")!;
        if (await storage.HasAsync(path, artifact.Text("digest")!, cancellation))
        {
            artifact["url"] = storage.UrlOf(path);
            storage.CollectGarbage(path);
            return;
        }

        run.Status.Remove("artifact");
        Conditions.Remove(run.Object, "ArtifactInStorage");
        run.Reconciling("NoArtifact", "building artifact: disappeared from storage");
        run.Ready("Unknown", "NoArtifact", "building artifact: disappeared from storage");
        await run.PatchAsync(cancellation);
    }

    private async Task<bool> IsStoredAsync(Reconciliation run, string revision, CancellationToken cancellation)
    {
        var artifact = run.Status.At("artifact");
        return artifact.Text("revision") == revision && await storage.HasAsync(artifact.Text("path")!, artifact.Text("digest")!, cancellation);
    }

    private async Task PublishAsync(Reconciliation run, FoundRevision found, byte[] artifact, CancellationToken cancellation)
    {
        var message = $"new upstream revision '{found.Revision}'";
        run.Set("ArtifactOutdated", "True", "NewRevision", message);
        run.Reconciling("Progressing", $"building artifact: {message}");
        run.Ready("Unknown", "Progressing", $"building artifact: {message}");
        await run.PatchAsync(cancellation);

        var path = ArtifactStorage.PathOf(Kind, run.Name, found.File);
        await storage.StoreAsync(path, artifact, cancellation);
        run.Status["artifact"] = new JsonObject
        {
            ["revision"] = found.Revision,
            ["digest"] = ArtifactStorage.DigestOf(artifact),
            ["path"] = path,
            ["url"] = storage.UrlOf(path),
            ["size"] = artifact.Length,
            ["lastUpdateTime"] = Conditions.Timestamp(options.Time.GetUtcNow()),
        };
    }

    private Outcome Failed(Reconciliation run, string message)
    {
        run.Set("FetchFailed", "True", FailureReason, message);
        run.Ready("False", FailureReason, message);
        return new Outcome(RetryFetch);
    }
}
