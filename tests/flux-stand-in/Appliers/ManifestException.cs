namespace FluxStandIn.Appliers;

/// <summary>Manifests that cannot be built: the fault is in what is in Git, so only another revision helps.</summary>
internal sealed class ManifestException(string message) : Exception(message);
