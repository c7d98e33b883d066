using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Sources;

/// <summary>source-controller's OCIRepository of a chart: by digest, by a range of versions, or by tag, in this order.</summary>
internal sealed class OciRepositoryReconciler(ChartRegistry registry, ArtifactStorage storage, StandInOptions options) : SourceReconciler(FluxKinds.OciRepository, storage, options)
{
    protected override string FailureReason => "OCIArtifactPullFailed";

    protected override async Task<FoundRevision> FindAsync(Reconciliation run, CancellationToken cancellation)
    {
        var (url, reference) = (run.Spec.Text("url")!, run.Spec.At("ref"));
        var digest = reference.Text("digest");
        var chart = digest is null ? await registry.FindAsync(url, reference.Text("semver") ?? reference.Text("tag") ?? "latest", cancellation) : await registry.FindImageAsync(url, digest, cancellation);
        // What is asked for by its digest has no tag.
        return new(digest ?? $"{chart.Version}@{chart.ImageDigest}", $"{chart.ImageDigest[^64..]}.tgz", _ => Task.FromResult(chart.Bytes));
    }
}
