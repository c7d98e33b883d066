using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>What is told of a kind that this cluster's Flux cannot suspend.</summary>
internal static class CannotHold
{
    /// <summary>The reason of the condition <c>Approved</c>: the gates are closed, and still the object is not held.</summary>
    public const string Reason = "CannotHold";

    /// <summary>Which kind, what is missing, what to do.</summary>
    public static string Problem(ApiResource resource) =>
        $"{resource.Kind} has no spec.suspend at {resource.ApiVersion} on this cluster, so no {resource.Kind} is held, whatever its gates say. "
        + (resource.Kind == "ImagePolicy" ? "Upgrade Flux to 2.7 or later, or put the gates before the ImageUpdateAutomation that uses it" : "Upgrade to a release whose CRD has the field");
}
