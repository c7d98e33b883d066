using System.Diagnostics.CodeAnalysis;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>
/// The kinds of what is installed, in the order in which they come: definitions, rights, what guards the pods, what guards gates and gated
/// objects, the program, when everything that it needs is there, and last the webhooks, which it has to answer. They go in the opposite order.
/// </summary>
internal static class InstallKinds
{
    private const string Admission = "admissionregistration.k8s.io", Rbac = "rbac.authorization.k8s.io";

    /// <summary>The definitions of kinds.</summary>
    public static ApiResource Definitions { get; } = new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", Namespaced: false);

    /// <summary>What runs the program.</summary>
    public static ApiResource Deployments { get; } = new("apps", "v1", "deployments", "Deployment");

    /// <summary>What changes objects as they are written; Kubernetes 1.36 and later.</summary>
    public static ApiResource MutatingPolicies { get; } = new(Admission, "v1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", Namespaced: false);

    /// <summary>What puts <see cref="MutatingPolicies"/> into force.</summary>
    public static ApiResource MutatingBindings { get; } = new(Admission, "v1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", Namespaced: false);

    /// <summary>What has the API server ask the controller about objects as they are written.</summary>
    public static ApiResource Webhooks { get; } = new(Admission, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", Namespaced: false);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiResource> All { get; } =
    [
        Definitions,
        new("", "v1", "serviceaccounts", "ServiceAccount"),
        new(Rbac, "v1", "clusterroles", "ClusterRole", Namespaced: false),
        new(Rbac, "v1", "roles", "Role"),
        new(Rbac, "v1", "clusterrolebindings", "ClusterRoleBinding", Namespaced: false),
        new(Rbac, "v1", "rolebindings", "RoleBinding"),
        new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"),
        new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"),
        new("", "v1", "services", "Service"),
        new("", "v1", "secrets", "Secret"),
        new(Admission, "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", Namespaced: false),
        new(Admission, "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", Namespaced: false),
        MutatingPolicies,
        MutatingBindings,
        Deployments,
        new(Admission, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", Namespaced: false),
        Webhooks,
    ];

    /// <summary>Whether objects of a kind have a say in what others write: policies, their bindings, webhooks.</summary>
    public static bool IsAdmission(ApiResource resource) => resource.Group == Admission;

    /// <summary>Whether objects of a kind are policies or put them into force.</summary>
    public static bool IsPolicy(ApiResource resource) => IsAdmission(resource) && resource.Kind.Contains("AdmissionPolicy", StringComparison.Ordinal);

    /// <summary>How an object's kind is served.</summary>
    public static bool TryFind(string? apiVersion, string? kind, [NotNullWhen(true)] out ApiResource? resource) =>
        (resource = All.FirstOrDefault(known => known.ApiVersion == apiVersion && known.Kind == kind)) is not null;
}
