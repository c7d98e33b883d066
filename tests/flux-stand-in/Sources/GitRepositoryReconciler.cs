using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Sources;

/// <summary>source-controller's GitRepository: fetch at each interval, and publish an artifact when the revision is another one.</summary>
internal sealed class GitRepositoryReconciler(ArtifactStorage storage, StandInOptions options) : Reconciler(FluxKinds.GitRepository)
{
    private static readonly TimeSpan RetryFetch = TimeSpan.FromSeconds(5);

    public override Task FinalizeAsync(Reconciliation run, CancellationToken cancellation)
    {
        storage.DeleteAll(run.Name);
        return Task.CompletedTask;
    }

    public override async Task<Outcome> ReconcileAsync(Reconciliation run, CancellationToken cancellation)
    {
        await AnnounceAsync(run, cancellation);
        await RefreshStorageAsync(run, cancellation);
        await Task.Delay(options.ReconcileDelay, options.Time, cancellation);

        GitRevision revision;
        byte[] tree;
        try
        {
            var git = new GitClone(GitRepositoryUrl.Folder(run.Spec.Text("url")!, options.GitRoot));
            revision = await git.ResolveAsync(run.Spec.At("ref"), cancellation);
            tree = await IsStoredAsync(run, revision, cancellation) ? [] : await git.ArchiveAsync(revision.Hash, cancellation);
        }
        catch (IOException e)
        {
            return Failed(run, $"failed to checkout and determine revision: {e.Message}");
        }

        Conditions.Remove(run.Object, "FetchFailed");
        if (tree.Length > 0)
            await PublishAsync(run, revision, ArtifactArchive.Pack(tree), cancellation);

        var stored = $"stored artifact for revision '{revision}'";
        Conditions.Remove(run.Object, "ArtifactOutdated");
        run.Set("ArtifactInStorage", "True", "Succeeded", stored);
        run.Ready("True", "Succeeded", stored);
        run.Status["observedGeneration"] = run.Object.Generation();
        return new Outcome(run.Spec.Duration("interval"), revision.ToString());
    }

    /// <summary>A spec that was not seen yet makes the source Unknown; a routine look at Git leaves it Ready.</summary>
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

    private async Task<bool> IsStoredAsync(Reconciliation run, GitRevision revision, CancellationToken cancellation)
    {
        var artifact = run.Status.At("artifact");
        return artifact.Text("revision") == revision.ToString()
            && await storage.HasAsync(artifact.Text("path")!, artifact.Text("digest")!, cancellation);
    }

    private async Task PublishAsync(Reconciliation run, GitRevision revision, byte[] artifact, CancellationToken cancellation)
    {
        var message = $"new upstream revision '{revision}'";
        run.Set("ArtifactOutdated", "True", "NewRevision", message);
        run.Reconciling("Progressing", $"building artifact: {message}");
        run.Ready("Unknown", "Progressing", $"building artifact: {message}");
        await run.PatchAsync(cancellation);

        var path = ArtifactStorage.PathOf(run.Name, revision.Hash);
        await storage.StoreAsync(path, artifact, cancellation);
        run.Status["artifact"] = new JsonObject
        {
            ["revision"] = revision.ToString(),
            ["digest"] = ArtifactStorage.DigestOf(artifact),
            ["path"] = path,
            ["url"] = storage.UrlOf(path),
            ["size"] = artifact.Length,
            ["lastUpdateTime"] = Conditions.Timestamp(options.Time.GetUtcNow()),
        };
    }

    private static Outcome Failed(Reconciliation run, string message)
    {
        run.Set("FetchFailed", "True", "GitOperationFailed", message);
        run.Ready("False", "GitOperationFailed", message);
        return new Outcome(RetryFetch);
    }
}
