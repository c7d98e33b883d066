using Sluice.Api;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>Where the kinds of Flux and of Sluice are served.</summary>
internal static class FluxResources
{
    public static ApiResource Gate { get; } = new(ApiGroup.Name, ApiGroup.Version, "gates", "Gate");

    public static ApiResource Kustomization { get; } = new("kustomize.toolkit.fluxcd.io", "v1", "kustomizations", "Kustomization");

    /// <summary>Flux's ten kinds with <c>spec.suspend</c>.</summary>
    public static IReadOnlyList<ApiResource> All { get; } =
    [
        Kustomization,
        new("helm.toolkit.fluxcd.io", "v2", "helmreleases", "HelmRelease"),
        new("source.toolkit.fluxcd.io", "v1", "gitrepositories", "GitRepository"),
        new("source.toolkit.fluxcd.io", "v1", "ocirepositories", "OCIRepository"),
        new("source.toolkit.fluxcd.io", "v1", "buckets", "Bucket"),
        new("source.toolkit.fluxcd.io", "v1", "helmrepositories", "HelmRepository"),
        new("source.toolkit.fluxcd.io", "v1", "helmcharts", "HelmChart"),
        new("image.toolkit.fluxcd.io", "v1", "imagerepositories", "ImageRepository"),
        new("image.toolkit.fluxcd.io", "v1", "imagepolicies", "ImagePolicy"),
        new("image.toolkit.fluxcd.io", "v1", "imageupdateautomations", "ImageUpdateAutomation"),
    ];
}
