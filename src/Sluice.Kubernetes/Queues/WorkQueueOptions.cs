namespace Sluice.Kubernetes;

/// <summary>How a queue spaces retries.</summary>
public sealed record WorkQueueOptions
{
    /// <summary>The wait before the first retry of a key; it doubles with each. Default 750 ms, as Flux's controllers.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(750);

    /// <summary>The longest wait before a retry. Default 15 minutes, as Flux's controllers.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How often the wall clock is looked at while a key waits for a moment of it, since neither a timer nor the monotonic clock notices that
    /// it was set, or that the machine slept. Default 15 seconds; null: never, and <see cref="WorkQueue{TKey}.ClockChanged"/> is called instead.
    /// </summary>
    public TimeSpan? WallClockCheck { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>By how much of itself a wait is shortened at most, at random, so that keys that failed together do not retry together. Default 0.2.</summary>
    public double Jitter { get; init; } = 0.2;
}
