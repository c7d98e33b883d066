using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>
/// Pretends to reconcile a kind whose work the stand-in does not play (charts, buckets, images): it only goes through the conditions,
/// which is enough to see whether an object is held, released, or reconciled once.
/// </summary>
internal sealed class OtherKindReconciler(ResourceKind kind, StandInOptions options) : Reconciler(kind)
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(1);

    public override Task FinalizeAsync(Reconciliation run, CancellationToken cancellation) => Task.CompletedTask;

    public override async Task<Outcome> ReconcileAsync(Reconciliation run, CancellationToken cancellation)
    {
        var generation = run.Object.Generation();
        var isNew = run.Status.Number("observedGeneration") != generation;
        if (isNew)
            run.Ready("Unknown", "Progressing", "Reconciliation in progress");
        run.Reconciling("Progressing", "Reconciliation in progress");
        await run.PatchAsync(cancellation);
        await Task.Delay(options.ReconcileDelay, options.Time, cancellation);

        run.Ready("True", Kind == FluxKinds.HelmRelease ? "UpgradeSucceeded" : "Succeeded", "Played by flux-stand-in: nothing was fetched and nothing was installed");
        run.Status["observedGeneration"] = generation;
        if (Kind == FluxKinds.HelmRelease)
            run.Status["lastAttemptedGeneration"] = generation;
        return new Outcome(run.Spec.Duration("interval") ?? DefaultInterval);
    }
}
