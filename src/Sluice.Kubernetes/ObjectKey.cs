namespace Sluice.Kubernetes;

/// <summary>Names one object of a kind: what a work queue holds and a cache is keyed by.</summary>
/// <param name="Namespace">The namespace; empty for a cluster-scoped object.</param>
/// <param name="Name">The object's <c>metadata.name</c>.</param>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <summary>Reads <c>namespace/name</c>; false for what has no namespace.</summary>
    public static bool TryParse(string text, out ObjectKey key)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        key = slash > 0 ? new(text[..slash], text[(slash + 1)..]) : default;
        return slash > 0;
    }

    /// <summary><c>namespace/name</c>, or <c>name</c> for a cluster-scoped object.</summary>
    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";
}
