using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>What one controller of Flux does with one kind, apart from what <see cref="Controller"/> does for all of them.</summary>
internal abstract class Reconciler(ResourceKind kind)
{
    public ResourceKind Kind => kind;

    /// <summary>A suspended object takes note of a new generation, and of nothing else.</summary>
    public virtual void ObserveSuspended(Reconciliation run) => run.Status["observedGeneration"] = run.Object.Generation();

    /// <summary>Cleans up after an object that is being deleted; the finalizer is taken off afterwards.</summary>
    public abstract Task FinalizeAsync(Reconciliation run, CancellationToken cancellation);

    /// <summary>Reconciles an object that is neither deleted nor suspended.</summary>
    /// <returns>When to come back, and the revision that was worked on, if any.</returns>
    public abstract Task<Outcome> ReconcileAsync(Reconciliation run, CancellationToken cancellation);
}
