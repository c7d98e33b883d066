using System.Text.Json.Nodes;
using Sluice.Cli.Output;
using Sluice.Gating.Time;

namespace Sluice.Cli.Checking;

/// <summary>Judges the Leases that leading sluice-controllers renew: one, or one of each shard.</summary>
internal static class LeaseCheck
{
    private const string Name = "sluice-controller-leader-election";

    /// <summary>Whether a Lease is a sluice-controller's. That of a shard has a suffix: what it watches, hashed.</summary>
    public static bool IsOne(string? name) => name == Name || name?.StartsWith(Name + "-", StringComparison.Ordinal) == true;

    /// <summary>Judges each of them.</summary>
    /// <param name="leases">The Leases of the namespace, others among them.</param>
    /// <param name="inNamespace">Where they were looked for.</param>
    /// <param name="now">The present time.</param>
    public static IReadOnlyList<CheckLine> Check(IEnumerable<JsonObject> leases, string inNamespace, DateTimeOffset now)
    {
        List<CheckLine> lines = [.. leases.Select(lease => (Name: (string?)lease["metadata"]?["name"], Json: lease)).Where(lease => IsOne(lease.Name))
            .OrderBy(lease => lease.Name, StringComparer.Ordinal).Select(lease => Check(lease.Name!, lease.Json, inNamespace, now))];
        return lines.Count > 0 ? lines
            : [CheckLine.Wrong($"no sluice-controller has ever led in namespace '{inNamespace}': there is no Lease '{Name}'", "install sluice-controller, or say with --controller-namespace where it runs")];
    }

    private static CheckLine Check(string name, JsonObject lease, string inNamespace, DateTimeOffset now)
    {
        var spec = lease["spec"];
        var holder = (string?)spec?["holderIdentity"];
        if (string.IsNullOrEmpty(holder) || !Rfc3339.TryParse((string?)spec?["renewTime"], out var renewed))
            return CheckLine.Wrong($"no sluice-controller leads in namespace '{inNamespace}': nobody holds the Lease '{name}'", Advice(name, inNamespace));
        var duration = TimeSpan.FromSeconds((int?)spec?["leaseDurationSeconds"] ?? 0);
        var text = $"Lease '{name}' in namespace '{inNamespace}', held by '{holder}', renewed {RelativeTime.Age(renewed, now)} ago";
        return now < renewed + duration
            ? CheckLine.Right($"sluice-controller runs: {text}")
            : CheckLine.Wrong($"sluice-controller does not answer: {text}, and good for {GoDuration.Format(duration)}", Advice(name, inNamespace));
    }

    private static string Advice(string name, string inNamespace) =>
        $"see 'kubectl get pods -n {inNamespace}' and the controller's log; if it runs, compare this machine's clock; if none is to run there under this Lease any more, as after a change of shards, 'kubectl delete lease -n {inNamespace} {name}'";
}
