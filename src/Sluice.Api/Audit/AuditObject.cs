namespace Sluice.Api.Audit;

/// <summary>The object that a decision is about.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its <c>metadata.uid</c>: an object that is deleted and made again is another.</param>
public sealed record AuditObject(string Kind, string Namespace, string Name, string Uid)
{
    /// <summary><c>Kustomization/flux-system/app</c>.</summary>
    public override string ToString() => $"{Kind}/{Namespace}/{Name}";
}
