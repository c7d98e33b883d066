namespace Sluice.Kubernetes;

/// <summary>Which lease to hold, as whom, and how patiently. The defaults are those of Flux's controllers (fluxcd/pkg runtime/leaderelection).</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>The namespace of the Lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name of the Lease.</summary>
    public required string Name { get; init; }

    /// <summary>Who we are: different for every process. Default: the host's name and something random.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Guid.NewGuid():N}";

    /// <summary>How long others wait, after the last renewal that they saw, before they take over. Default 35 seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>
    /// How long after the start of its last successful renewal a leader goes on. Default 30 seconds; less than
    /// <see cref="LeaseDuration"/>, and the difference is the time that the work has to end.
    /// </summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the leader renews. Default 5 seconds.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Free the lease on a clean stop, so that another takes over at once. Default true.</summary>
    public bool ReleaseOnCancel { get; init; } = true;
}
