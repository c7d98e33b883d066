namespace Sluice.Kubernetes;

/// <summary>How many workers, and how they end.</summary>
public sealed record WorkerPoolOptions
{
    /// <summary>Keys that are worked on at once. Default 4, as Flux's <c>--concurrent</c>.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How long the work in hand may go on after the pool is told to stop, before its token is cancelled. Default 10 seconds.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
}
