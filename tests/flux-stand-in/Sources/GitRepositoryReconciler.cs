using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Sources;

/// <summary>source-controller's GitRepository.</summary>
internal sealed class GitRepositoryReconciler(ArtifactStorage storage, StandInOptions options) : SourceReconciler(FluxKinds.GitRepository, storage, options)
{
    private readonly StandInOptions _options = options;

    protected override string FailureReason => "GitOperationFailed";

    protected override async Task<FoundRevision> FindAsync(Reconciliation run, CancellationToken cancellation)
    {
        try
        {
            var git = new GitClone(GitRepositoryUrl.Folder(run.Spec.Text("url")!, _options.GitRoot));
            var revision = await git.ResolveAsync(run.Spec.At("ref"), cancellation);
            return new(revision.ToString(), $"{revision.Hash}.tar.gz", async stop => ArtifactArchive.Pack(await git.ArchiveAsync(revision.Hash, stop)));
        }
        catch (IOException e)
        {
            throw new IOException($"failed to checkout and determine revision: {e.Message}", e);
        }
    }
}
