using Sluice.Cli.Cluster;

namespace Sluice.Cli.Freezing;

/// <summary>How far sluice-controller has come with a freeze.</summary>
/// <param name="Held">How many objects are held; null while some that are to be are not, or it is not known.</param>
/// <param name="IsSeenUncounted">
/// Whether the binding has been looked at and what it matches has not been counted. A controller that sees everything counts with the same write;
/// one that sees a part never does.
/// </param>
internal sealed record FreezeProgress(int? Held, bool IsSeenUncounted)
{
    /// <summary>Reads it from what the controllers have written on the gate and on the binding.</summary>
    public static async Task<FreezeProgress> ReadAsync(ClusterClient cluster, Freeze freeze, CancellationToken cancellation)
    {
        var binding = await cluster.TryGetAsync(freeze.Binding, freeze.BindingKey, cancellation);
        var gate = await cluster.TryGetAsync(ClusterClient.Gates, freeze.GateKey, cancellation);
        if (binding?["status"] is not { } status || (long?)status["observedGeneration"] != (long?)binding["metadata"]!["generation"])
            return new(null, false);
        var matched = (int?)status["matched"]?["count"];
        var held = (int?)gate?["status"]?["held"];
        return new(matched is not null && held >= matched ? held : null, matched is null);
    }
}
