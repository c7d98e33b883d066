namespace Sluice.Kubernetes;

/// <summary>One change of a cached object, as handlers see it. The cache already shows it.</summary>
/// <param name="Old">What was cached before; null for an object that is new to the cache.</param>
/// <param name="New">What is cached now; null for one that is gone, or no longer of interest.</param>
/// <param name="IsInitial">Part of the initial state, not a change that just happened: worth a low priority.</param>
public readonly record struct ObjectChange<T>(T? Old, T? New, bool IsInitial) where T : class, ICachedObject
{
    /// <summary>The object's key.</summary>
    public ObjectKey Key => (New ?? Old)!.Key;
}
