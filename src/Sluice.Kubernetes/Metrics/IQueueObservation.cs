namespace Sluice.Kubernetes;

/// <summary>What a queue says of itself when metrics are collected.</summary>
internal interface IQueueObservation
{
    string Name { get; }

    double UnfinishedSeconds { get; }

    double LongestRunningSeconds { get; }
}
