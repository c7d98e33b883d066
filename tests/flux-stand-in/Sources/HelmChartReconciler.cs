using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Sources;

/// <summary>source-controller's HelmChart out of a HelmRepository.</summary>
internal sealed class HelmChartReconciler(ApiServer api, ChartRegistry registry, ArtifactStorage storage, StandInOptions options) : SourceReconciler(FluxKinds.HelmChart, storage, options)
{
    protected override string FailureReason => "ChartPullError";

    protected override string SuccessReason => "ChartPullSucceeded";

    protected override async Task<FoundRevision> FindAsync(Reconciliation run, CancellationToken cancellation)
    {
        var (kind, name) = (run.Spec.Text("sourceRef", "kind"), run.Spec.Text("sourceRef", "name")!);
        if (kind != FluxKinds.HelmRepository.Kind)
            throw new IOException($"the stand-in plays charts of a HelmRepository only, not of a {kind}");
        var repository = await api.FindAsync(FluxKinds.HelmRepository.Path(new ObjectName(run.Name.Namespace, name)), cancellation)
            ?? throw new IOException($"failed to get source: helmrepositories.source.toolkit.fluxcd.io \"{name}\" not found");
        var (url, chart) = (repository.Text("spec", "url")!, run.Spec.Text("chart")!);
        var found = await registry.FindAsync($"{url.TrimEnd('/')}/{chart}", run.Spec.Text("version") ?? "*", cancellation);
        return new(found.Version, $"{chart}-{found.Version}.tgz", _ => Task.FromResult(found.Bytes));
    }
}
