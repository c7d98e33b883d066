namespace Sluice.Api.Gated;

/// <summary>A kind of Flux object that can be held: one with <c>spec.suspend</c>.</summary>
/// <param name="Group">The API group.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Plural">The plural, as in the URL.</param>
/// <param name="ShortNames">The short names that kubectl knows it by.</param>
public sealed record GatedKind(string Group, string Kind, string Plural, params IReadOnlyList<string> ShortNames)
{
    /// <summary>Flux's kinds that have <c>spec.suspend</c> and something to deploy, fetch or push.</summary>
    public static IReadOnlyList<GatedKind> OfFlux { get; } =
    [
        new("kustomize.toolkit.fluxcd.io", "Kustomization", "kustomizations", "ks"),
        new("helm.toolkit.fluxcd.io", "HelmRelease", "helmreleases", "hr"),
        new("source.toolkit.fluxcd.io", "GitRepository", "gitrepositories", "gitrepo"),
        new("source.toolkit.fluxcd.io", "OCIRepository", "ocirepositories", "ocirepo"),
        new("source.toolkit.fluxcd.io", "Bucket", "buckets"),
        new("source.toolkit.fluxcd.io", "HelmRepository", "helmrepositories", "helmrepo"),
        new("source.toolkit.fluxcd.io", "HelmChart", "helmcharts", "hc"),
        new("image.toolkit.fluxcd.io", "ImageRepository", "imagerepositories", "imgrepo", "imagerepo"),
        new("image.toolkit.fluxcd.io", "ImagePolicy", "imagepolicies", "imgpol", "imagepol"),
        new("image.toolkit.fluxcd.io", "ImageUpdateAutomation", "imageupdateautomations", "iua", "imgupd", "imgauto"),
    ];

    /// <summary>The name of its custom resource definition.</summary>
    public string CrdName => $"{Plural}.{Group}";
}
