using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>The kinds of Flux that have spec.suspend and that a gate can hold, in the versions of Flux 2.9.</summary>
internal static class FluxKinds
{
    public static readonly ResourceKind Kustomization = new("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations", true);
    public static readonly ResourceKind HelmRelease = new("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases", true);
    public static readonly ResourceKind GitRepository = new("source.toolkit.fluxcd.io", "v1", "GitRepository", "gitrepositories", true);
    public static readonly ResourceKind OciRepository = new("source.toolkit.fluxcd.io", "v1", "OCIRepository", "ocirepositories", true);
    public static readonly ResourceKind Bucket = new("source.toolkit.fluxcd.io", "v1", "Bucket", "buckets", true);
    public static readonly ResourceKind HelmRepository = new("source.toolkit.fluxcd.io", "v1", "HelmRepository", "helmrepositories", true);
    public static readonly ResourceKind HelmChart = new("source.toolkit.fluxcd.io", "v1", "HelmChart", "helmcharts", true);
    public static readonly ResourceKind ImageRepository = new("image.toolkit.fluxcd.io", "v1", "ImageRepository", "imagerepositories", true);
    public static readonly ResourceKind ImagePolicy = new("image.toolkit.fluxcd.io", "v1", "ImagePolicy", "imagepolicies", true);
    public static readonly ResourceKind ImageUpdateAutomation = new("image.toolkit.fluxcd.io", "v1", "ImageUpdateAutomation", "imageupdateautomations", true);

    /// <summary>The kinds that are only pretended to be reconciled, some of them unless there is a folder of charts.</summary>
    public static readonly IReadOnlyList<ResourceKind> Others =
        [HelmRelease, OciRepository, Bucket, HelmRepository, HelmChart, ImageRepository, ImagePolicy, ImageUpdateAutomation];

    public static readonly IReadOnlyList<ResourceKind> All = [Kustomization, GitRepository, .. Others];

    /// <summary>The controller of Flux that a kind belongs to; <c>gotk-</c> and this name is the field manager of its status.</summary>
    public static string Controller(ResourceKind kind) => kind.Group switch
    {
        "kustomize.toolkit.fluxcd.io" => "kustomize-controller",
        "helm.toolkit.fluxcd.io" => "helm-controller",
        "source.toolkit.fluxcd.io" => "source-controller",
        _ when kind == ImageUpdateAutomation => "image-automation-controller",
        _ => "image-reflector-controller",
    };
}
