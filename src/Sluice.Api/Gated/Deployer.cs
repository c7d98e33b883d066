namespace Sluice.Api.Gated;

/// <summary>The Flux object that applied something.</summary>
/// <param name="Kind"><c>Kustomization</c> or <c>HelmRelease</c>.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
public sealed record Deployer(string Kind, string Namespace, string Name)
{
    /// <summary>The definitions that say by their labels what Flux and Sluice themselves are deployed by.</summary>
    public static IReadOnlyList<string> Definitions { get; } = [$"gates.{ApiGroup.Name}", .. GatedKind.OfFlux.Select(kind => kind.CrdName)];

    /// <summary>Reads the labels that Flux sets on everything that it applies; null where it did not.</summary>
    public static Deployer? Read(IReadOnlyDictionary<string, string>? labels) =>
        Read(labels, "Kustomization", "kustomize.toolkit.fluxcd.io") ?? Read(labels, "HelmRelease", "helm.toolkit.fluxcd.io");

    private static Deployer? Read(IReadOnlyDictionary<string, string>? labels, string kind, string group) =>
        labels?.GetValueOrDefault($"{group}/name") is { } name && labels.GetValueOrDefault($"{group}/namespace") is { } inNamespace ? new(kind, inNamespace, name) : null;
}
