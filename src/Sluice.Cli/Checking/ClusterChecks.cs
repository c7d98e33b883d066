using Sluice.Api;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Kubernetes;

namespace Sluice.Cli.Checking;

/// <summary>Everything that <c>check</c> looks at, in the order in which it is put right.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="time">The clock.</param>
internal sealed class ClusterChecks(ClusterClient cluster, TimeProvider time)
{
    private static readonly ApiResource Leases = new("coordination.k8s.io", "v1", "leases", "Lease");

    // What the controller works without, and gates nothing by.
    private static readonly IReadOnlyList<ApiResource> OtherKinds =
        [Freezing.Freeze.Bindings, Freezing.Freeze.ClusterBindings, ClusterClient.GatedSources, ClusterClient.Approvals];

    private readonly Discovery _discovery = new(cluster);

    /// <summary>The findings.</summary>
    /// <param name="controllerNamespace">Where sluice-controller runs.</param>
    /// <param name="inNamespace">The namespace in which the user wants to work; null: all of them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KubernetesApiException">The API server cannot be reached: then there is nothing else to say.</exception>
    public async Task<IReadOnlyList<CheckLine>> RunAsync(string controllerNamespace, string? inNamespace, CancellationToken cancellation)
    {
        var version = await cluster.TryGetPathAsync("/version", cancellation);
        var kinds = await _discovery.FindAsync(GatedKind.OfFlux, cancellation);
        List<CheckLine> lines =
        [
            ServerVersion.Check(cluster.Server, (string?)version?["gitVersion"]),
            await GatesAsync(cancellation),
            Flux(kinds),
        ];
        if (kinds.Count > 0)
            lines.Add(Fields(kinds, await new SpecGates(cluster).CarriedByAsync(kinds, cancellation)));
        lines.AddRange(await new PolicyCheck(cluster).CheckAsync(cancellation));
        lines.AddRange(await LeasesAsync(controllerNamespace, cancellation));
        lines.AddRange(await AccessAsync(kinds, inNamespace, cancellation));
        return lines;
    }

    private async Task<CheckLine> GatesAsync(CancellationToken cancellation)
    {
        if (await _discovery.ServesGatesAsync(cancellation))
        {
            var text = $"Gates are installed: {ClusterClient.Gates.GroupResource}, version {ApiGroup.Version}";
            var missing = new List<string>();
            foreach (var other in OtherKinds)
            {
                if (!await _discovery.ServesAsync(other, cancellation))
                    missing.Add(other.Kind);
            }

            return missing.Count == 0 ? CheckLine.Right(text)
                : CheckLine.Notice($"{text}; not {string.Join(", ", missing)}, so nothing is gated by them", "install the definitions of this release: 'sluice install', or 'kubectl apply --server-side -k config/crd'");
        }

        var versions = await _discovery.VersionsAsync(ApiGroup.Name, cancellation);
        return versions.Count == 0
            ? CheckLine.Wrong($"Gates are not installed: {ClusterClient.Gates.GroupResource} is not served", Finder.InstallHint)
            : CheckLine.Wrong($"{ApiGroup.Name} is served in version {string.Join(", ", versions)}; this program speaks {ApiGroup.Version}", "use the sluice of the release that is installed");
    }

    private static CheckLine Flux(IReadOnlyList<ServedKind> kinds)
    {
        if (kinds.Count == 0)
            return CheckLine.Wrong("Flux is not installed: none of its kinds is served", "install Flux; Sluice holds Flux's objects");
        var found = string.Join(", ", kinds.GroupBy(kind => kind.Resource.Version).Select(group => $"{string.Join(", ", group.Select(kind => kind.Kind.Kind))} ({group.Key})"));
        var missing = GatedKind.OfFlux.Except(kinds.Select(kind => kind.Kind)).Select(kind => kind.Kind).ToList();
        var text = $"Flux is installed: {found}";
        return missing.Count == 0 ? CheckLine.Right(text) : CheckLine.Notice($"{text}; not {string.Join(", ", missing)}", "nothing, if the cluster does not use those");
    }

    private static CheckLine Fields(IReadOnlyList<ServedKind> kinds, IReadOnlyList<ServedKind> carriers) =>
        carriers.Count == kinds.Count ? CheckLine.Right("Every one of these kinds has the field spec.gates")
        : CheckLine.Notice(
            carriers.Count == 0 ? "None of these kinds has the field spec.gates" : $"Of these kinds only {string.Join(", ", carriers.Select(kind => kind.Kind.Kind))} {(carriers.Count == 1 ? "has" : "have")} the field spec.gates",
            $"name gates by the annotation {GatedAnnotations.Gates}, which works with every release of Flux, or add the field with config/flux");

    private async Task<IReadOnlyList<CheckLine>> LeasesAsync(string inNamespace, CancellationToken cancellation)
    {
        try
        {
            return LeaseCheck.Check(await cluster.TryListAsync(Leases, inNamespace, cancellation) ?? [], inNamespace, time.GetUtcNow());
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return [CheckLine.Notice($"you may not read Leases in namespace '{inNamespace}', so whether sluice-controller runs is not known", "ask who runs the cluster")];
        }
    }

    private async Task<IReadOnlyList<CheckLine>> AccessAsync(IReadOnlyList<ServedKind> kinds, string? inNamespace, CancellationToken cancellation)
    {
        var access = new AccessCheck(cluster);
        var user = await access.WhoAmIAsync(cancellation);
        List<CheckLine> lines = [await access.CheckAsync(user, "gates", [ClusterClient.Gates], inNamespace, cancellation)];
        if (kinds.Count > 0)
            lines.Add(await access.CheckAsync(user, "Flux's objects", [.. kinds.Select(kind => kind.Resource)], inNamespace, cancellation));
        return lines;
    }
}
