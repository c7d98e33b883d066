using System.Text.Json.Nodes;
using Sluice.Cli.Output;
using Sluice.Gating.Time;

namespace Sluice.Cli.Checking;

/// <summary>Judges the Lease that the leading sluice-controller renews.</summary>
internal static class LeaseCheck
{
    /// <summary>The Lease's name, as Flux's controllers name theirs.</summary>
    public const string Name = "sluice-controller-leader-election";

    /// <summary>Judges it.</summary>
    /// <param name="lease">The Lease; null if there is none.</param>
    /// <param name="inNamespace">Where it was looked for.</param>
    /// <param name="now">The present time.</param>
    public static CheckLine Check(JsonObject? lease, string inNamespace, DateTimeOffset now)
    {
        if (lease is null)
            return CheckLine.Wrong($"no sluice-controller has ever led in namespace '{inNamespace}': there is no Lease '{Name}'", "install sluice-controller, or say with --controller-namespace where it runs");
        var spec = lease["spec"];
        var holder = (string?)spec?["holderIdentity"];
        if (string.IsNullOrEmpty(holder) || !Rfc3339.TryParse((string?)spec?["renewTime"], out var renewed))
            return CheckLine.Wrong($"no sluice-controller leads in namespace '{inNamespace}': nobody holds the Lease '{Name}'", Advice(inNamespace));
        var duration = TimeSpan.FromSeconds((int?)spec?["leaseDurationSeconds"] ?? 0);
        var text = $"Lease '{Name}' in namespace '{inNamespace}', held by '{holder}', renewed {RelativeTime.Age(renewed, now)} ago";
        return now < renewed + duration
            ? CheckLine.Right($"sluice-controller runs: {text}")
            : CheckLine.Wrong($"sluice-controller does not answer: {text}, and good for {GoDuration.Format(duration)}", Advice(inNamespace));
    }

    private static string Advice(string inNamespace) => $"see 'kubectl get pods -n {inNamespace}' and the controller's log; if it runs, compare this machine's clock";
}
