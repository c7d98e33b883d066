using Sluice.Kubernetes;

namespace Sluice.Controller.Discovery;

/// <summary>
/// Kinds of Sluice's own that a cluster may not have. That one is not installed, only its missing definition says: an API server that has just started
/// does not serve it either.
/// </summary>
internal static class OwnKinds
{
    /// <summary>Has an informer try again as soon as its kind is installed.</summary>
    public static void RetryWhenDefined<T>(this Informer<T> informer, Informer<ObservedDefinition> definitions) where T : class, ICachedObject =>
        definitions.AddHandler(change =>
        {
            if (change.Key.Name == informer.Resource.GroupResource)
            {
                informer.RetryNow();
            }
        });

    /// <summary>Whether it is known which objects of the kind there are: all have been read, or there can be none.</summary>
    public static bool IsKnown<T>(this Informer<T> informer, Informer<ObservedDefinition> definitions) where T : class, ICachedObject =>
        definitions.HasSynced && (informer.HasSynced || !definitions.Define(informer.Resource));

    /// <summary>Whether a kind is installed.</summary>
    public static bool Define(this Informer<ObservedDefinition> definitions, ApiResource resource) => definitions.Cache.TryGet(new("", resource.GroupResource), out _);
}
