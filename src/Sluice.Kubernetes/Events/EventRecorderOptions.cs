namespace Sluice.Kubernetes;

/// <summary>Who records events, and how many may wait.</summary>
public sealed record EventRecorderOptions
{
    /// <summary>The controller's name: <c>source.component</c> and <c>reportingComponent</c>. <c>kubectl describe</c> shows it.</summary>
    public required string Component { get; init; }

    /// <summary>This instance, a pod's name: <c>reportingInstance</c>. Default: the host's name.</summary>
    public string Instance { get; init; } = Environment.MachineName;

    /// <summary>Events that may wait to be written; more are dropped and counted. Default 1000.</summary>
    public int Capacity { get; init; } = 1000;

    /// <summary>
    /// Whether there is more urgent work for the API server now, so that events wait until there is not, or until the recorder is
    /// stopped. Default: never.
    /// </summary>
    public Func<bool> IsBusy { get; init; } = static () => false;

    /// <summary>How long the same event counts up instead of being a new one. Default 10 minutes, as client-go.</summary>
    public TimeSpan AggregationWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a stop waits for the events that are still to be written. Default 5 seconds.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
