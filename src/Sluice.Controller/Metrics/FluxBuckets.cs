namespace Sluice.Controller.Metrics;

/// <summary>The buckets of Flux's own duration histograms (<c>gotk_reconcile_duration_seconds</c>).</summary>
public static class FluxBuckets
{
    private const double Shortest = 0.01;
    private const double Longest = 1800;
    private const int Count = 10;

    /// <summary>Ten upper bounds in seconds, each the same factor apart, from 10 ms to 30 minutes.</summary>
    public static IReadOnlyList<double> Seconds { get; } =
        [.. Enumerable.Range(0, Count).Select(i => Shortest * Math.Pow(Math.Pow(Longest / Shortest, 1.0 / (Count - 1)), i))];
}
