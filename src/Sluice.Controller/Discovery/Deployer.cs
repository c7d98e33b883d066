using Sluice.Kubernetes;

namespace Sluice.Controller.Discovery;

/// <summary>The Flux object that applied something.</summary>
/// <param name="Kind"><c>Kustomization</c> or <c>HelmRelease</c>.</param>
/// <param name="Key">Its namespace and name.</param>
internal sealed record Deployer(string Kind, ObjectKey Key)
{
    /// <summary>Reads the labels that Flux sets on everything that it applies; null where it did not.</summary>
    public static Deployer? Read(IReadOnlyDictionary<string, string>? labels) =>
        Read(labels, "Kustomization", "kustomize.toolkit.fluxcd.io") ?? Read(labels, "HelmRelease", "helm.toolkit.fluxcd.io");

    private static Deployer? Read(IReadOnlyDictionary<string, string>? labels, string kind, string group) =>
        labels?.GetValueOrDefault($"{group}/name") is { } name && labels.GetValueOrDefault($"{group}/namespace") is { } inNamespace ? new(kind, new(inNamespace, name)) : null;
}
