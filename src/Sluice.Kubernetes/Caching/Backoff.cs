namespace Sluice.Kubernetes;

/// <summary>Exponential back-off with full jitter: each wait is anything between nothing and a bound that doubles up to the largest.</summary>
internal sealed class Backoff(TimeSpan initial, TimeSpan largest, Random random)
{
    private int _failures;

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        var bound = Math.Min(initial.TotalSeconds * Math.Pow(2, Math.Min(_failures++, 62)), largest.TotalSeconds);
        return TimeSpan.FromSeconds(bound * random.NextDouble());
    }

    /// <summary>Starts over, after things have gone well for a while.</summary>
    public void Reset() => _failures = 0;
}
