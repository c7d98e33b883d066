namespace FluxStandIn.Kubernetes;

/// <summary>Namespace and name; the namespace is empty where the kind has none.</summary>
internal readonly record struct ObjectName(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
