namespace Sluice.Kubernetes;

/// <summary>Who records events, and how many may wait.</summary>
public sealed record EventRecorderOptions
{
    /// <summary>The controller's name: <c>source.component</c> and <c>reportingComponent</c>. <c>kubectl describe</c> shows it.</summary>
    public required string Component { get; init; }

    /// <summary>This instance, a pod's name: <c>reportingInstance</c>. Default: the host's name.</summary>
    public string Instance { get; init; } = Environment.MachineName;

    /// <summary>
    /// How many events may wait wherever they go by default: a large cluster's objects, each with a hold or a release at the same moment;
    /// about 300 bytes each.
    /// </summary>
    public const int DefaultCapacity = 20_000;

    /// <summary>Events that may wait to be written; more are dropped and counted. Default <see cref="DefaultCapacity"/>.</summary>
    public int Capacity { get; init; } = DefaultCapacity;

    /// <summary>
    /// Whether there is more urgent work for the API server now, so that events wait until there is not, for <see cref="BusyPatience"/> at
    /// most, or until the recorder is stopped. Default: never.
    /// </summary>
    public Func<bool> IsBusy { get; init; } = static () => false;

    /// <summary>How long an event gives way to more urgent work; then it is written all the same, at 20 a second. Default 10 seconds.</summary>
    public TimeSpan BusyPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after it was recorded an event whose write fails for a while (no answer, a time-out, a fault of the API server) is tried again;
    /// the others wait behind it. Each is tried once at least. Default 2 minutes, about as long as client-go tries.
    /// </summary>
    public TimeSpan RetryPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the same event counts up instead of being a new one. Default 10 minutes, as client-go.</summary>
    public TimeSpan AggregationWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a stop waits for the events that are still to be written. Default 5 seconds.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
