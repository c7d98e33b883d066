using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>What is told of what Flux cannot suspend: a kind on this cluster, or a HelmRepository that it never reconciles.</summary>
internal static class CannotHold
{
    /// <summary>The reason of the condition <c>Approved</c>: the gates are closed, and still the object is not held.</summary>
    public const string Reason = "CannotHold";

    /// <summary>That a HelmRepository is none that Flux does anything with, and what to do. It only says where a registry is; what uses it fetches by itself.</summary>
    public const string OciRepository =
        "Flux does nothing with a HelmRepository of spec.type 'oci' that could be suspended: the HelmCharts that use it fetch from the registry themselves. Put the gates before those, or before the HelmReleases, or use an OCIRepository";

    /// <summary>Which kind, what is missing, what to do.</summary>
    public static string Problem(ApiResource resource) =>
        $"{resource.Kind} has no spec.suspend at {resource.ApiVersion} on this cluster, so no {resource.Kind} is held, whatever its gates say. "
        + (resource.Kind == "ImagePolicy" ? "Upgrade Flux to 2.7 or later, or put the gates before the ImageUpdateAutomation that uses it" : "Upgrade to a release whose CRD has the field");
}
