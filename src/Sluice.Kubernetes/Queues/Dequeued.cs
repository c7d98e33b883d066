namespace Sluice.Kubernetes;

/// <summary>What a queue hands to a worker.</summary>
/// <param name="Key">The key to work on; say <see cref="WorkQueue{TKey}.Done"/> when it is done.</param>
/// <param name="ShutDown">There is no key and there will be none: the queue was shut down.</param>
public readonly record struct Dequeued<TKey>(TKey Key, bool ShutDown);
