using System.Text.Json.Nodes;
using Sluice.Api.Gates;
using Sluice.Cli.Cluster;
using Sluice.Cli.Manifests;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Cli.Scheduling;

/// <summary>Makes plans of gates, with the calendars that they refer to: from the cluster, or from files.</summary>
internal static class PlanLoader
{
    private static readonly ApiResource ConfigMaps = new("", "v1", "configmaps", "ConfigMap");

    /// <summary>The plan of a gate of the cluster.</summary>
    /// <exception cref="KubernetesApiException">A ConfigMap cannot be read.</exception>
    public static async Task<GatePlan> FromClusterAsync(ClusterClient cluster, Gate gate, CancellationToken cancellation)
    {
        var inNamespace = gate.Metadata.Namespace ?? "";
        var found = await Task.WhenAll(Calendars(gate).Select(async name =>
            (Name: name, Data: await cluster.TryGetAsync(ConfigMaps, new ObjectKey(inNamespace, name), cancellation))));
        var maps = found.Where(map => map.Data is not null).ToDictionary(map => map.Name, map => DataOf(map.Data!));
        return GatePlan.Of(gate, new ConfigMapCalendars(
            maps.GetValueOrDefault,
            reference => ($"{inNamespace}/{reference.Name}", $"ConfigMap '{inNamespace}/{reference.Name}' does not exist; create it, with the calendar under key '{reference.Key}'")));
    }

    /// <summary>The plans of those of some gates that have windows and can be read; what cannot is left out.</summary>
    public static async Task<IReadOnlyDictionary<GateReference, GatePlan>> WithWindowsAsync(
        ClusterClient cluster, IReadOnlyDictionary<GateReference, GateLookup> gates, CancellationToken cancellation)
    {
        var plans = await Task.WhenAll(gates.Select(async found => KeyValuePair.Create(found.Key, await TryFromClusterAsync(cluster, found.Value.Gate, cancellation))));
        return plans.Where(plan => plan.Value is not null).ToDictionary(plan => plan.Key, plan => plan.Value!);
    }

    /// <summary>The plan of a gate with windows that can be understood; null where there are none, or where a calendar may not be read.</summary>
    public static async Task<GatePlan?> TryFromClusterAsync(ClusterClient cluster, Gate? gate, CancellationToken cancellation)
    {
        if (gate?.Spec.Windows is not { Count: > 0 })
            return null;
        try
        {
            return await FromClusterAsync(cluster, gate, cancellation) is { Rules.Fault: null } plan ? plan : null;
        }
        catch (KubernetesApiException)
        {
            return null;
        }
    }

    /// <summary>The plan of a gate of files.</summary>
    /// <param name="files">The files, with the ConfigMaps of its calendars.</param>
    /// <param name="gate">The gate.</param>
    public static GatePlan FromFiles(ManifestFiles files, Gate gate)
    {
        var inNamespace = gate.Metadata.Namespace;
        return GatePlan.Of(gate, new ConfigMapCalendars(
            name => files.Objects.LastOrDefault(item => item.Is("", ConfigMaps.Kind) && item.Name == name
                && (item.Namespace is null || inNamespace is null || item.Namespace == inNamespace)) is { } map ? DataOf(map.Json) : null,
            reference => (inNamespace is null ? reference.Name : $"{inNamespace}/{reference.Name}",
                $"ConfigMap '{(inNamespace is null ? "" : inNamespace + "/")}{reference.Name}' is not in {files.Description}; pass the file that has it as well, with another -f")));
    }

    private static IEnumerable<string> Calendars(Gate gate) =>
        (gate.Spec.Windows ?? []).Select(window => window.Calendar?.ConfigMapRef.Name).OfType<string>().Where(name => name.Length > 0).Distinct();

    private static Dictionary<string, string> DataOf(JsonObject map) =>
        (map["data"] as JsonObject ?? []).Where(entry => Manifest.Text(entry.Value) is not null).ToDictionary(entry => entry.Key, entry => Manifest.Text(entry.Value)!);
}
