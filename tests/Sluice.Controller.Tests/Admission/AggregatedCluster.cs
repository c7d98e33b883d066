using System.Text;
using System.Text.Json.Nodes;
using Sluice.Controller.Tests.Clusters;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Admission;

/// <summary>
/// A guarded cluster in which Kubernetes' own roles view, edit and admin have what Sluice and Flux add to them: as plain roles
/// <c>aggregated-view</c>, <c>aggregated-edit</c> and <c>aggregated-admin</c>.
/// </summary>
public sealed class AggregatedCluster : IAsyncLifetime
{
    private const string Aggregate = "rbac.authorization.k8s.io/aggregate-to-";

    /// <summary>What Flux's own installation adds to Kubernetes' roles.</summary>
    private const string FluxRoles = $$"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: flux-view, labels: { {{Aggregate}}view: "true", {{Aggregate}}edit: "true", {{Aggregate}}admin: "true"} }
        rules: [{apiGroups: [kustomize.toolkit.fluxcd.io, helm.toolkit.fluxcd.io, source.toolkit.fluxcd.io, image.toolkit.fluxcd.io], resources: ["*"], verbs: [get, list, watch]}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: flux-edit, labels: { {{Aggregate}}edit: "true", {{Aggregate}}admin: "true"} }
        rules: [{apiGroups: [kustomize.toolkit.fluxcd.io, helm.toolkit.fluxcd.io, source.toolkit.fluxcd.io, image.toolkit.fluxcd.io], resources: ["*"], verbs: [create, delete, deletecollection, patch, update]}]
        """;

    private static readonly ApiResource ClusterRoles = new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", Namespaced: false);

    public GuardedCluster Guarded { get; } = new();

    public Cluster Cluster => Guarded.Cluster;

    public async ValueTask InitializeAsync()
    {
        await Guarded.InitializeAsync();
        await Cluster.Kubectl.ApplyAsync(FluxRoles);
        // As Kubernetes labels its own: what comes to view comes to edit, and what comes to edit to admin. The API server of the test bed has not got it.
        await Cluster.Kubectl.RunAsync("label", "--overwrite", "clusterrole", "view", $"{Aggregate}edit=true");
        await Cluster.Kubectl.RunAsync("label", "--overwrite", "clusterrole", "edit", $"{Aggregate}admin=true");

        var roles = (await Cluster.Api.ListAsync(ClusterRoles, new(), static json => JsonNode.Parse(json)!)).Items;
        foreach (var name in new[] { "view", "edit", "admin" })
        {
            var role = new JsonObject
            {
                ["apiVersion"] = "rbac.authorization.k8s.io/v1",
                ["kind"] = "ClusterRole",
                ["metadata"] = new JsonObject { ["name"] = $"aggregated-{name}" },
                ["rules"] = new JsonArray([.. RoleAggregation.RulesOf(name, roles).Select(rule => rule.DeepClone())]),
            };
            await Cluster.Api.CreateAsync(ClusterRoles, null, Encoding.UTF8.GetBytes(role.ToJsonString()), ObjectDecoders.Ignore);
        }
    }

    public ValueTask DisposeAsync() => Guarded.DisposeAsync();

    /// <summary>A namespace with a gate, and a person who has one of the three roles in it, or in the whole cluster.</summary>
    public async Task<(string Namespace, string Person)> NewAsync(string role, bool inCluster = false)
    {
        var ns = await Cluster.NewNamespaceAsync();
        await Cluster.CreateGateAsync(ns, "gate", """{"window": "1h"}""");
        var person = $"{role}-{ns}";
        string[] where = inCluster ? ["create", "clusterrolebinding", person] : ["-n", ns, "create", "rolebinding", person];
        await Cluster.Kubectl.RunAsync([.. where, $"--clusterrole=aggregated-{role}", $"--user={person}"]);
        await Eventually.GivesAsync($"{person} has what the role gives", () => MayAsync(person, "get", "gates", ns), may => may);
        return (ns, person);
    }

    /// <summary>kubectl as the administrator who impersonates a person.</summary>
    public Task<string> AsAsync(string person, IEnumerable<string> arguments, string? input = null) =>
        Cluster.Kubectl.RunAsync([.. arguments, $"--as={person}", "--as-group=system:authenticated"], input);

    /// <summary>What the API server's authorizer says of a person: a SubjectAccessReview.</summary>
    /// <param name="person">The person.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="resource">The resource of Sluice's group, with its subresource.</param>
    /// <param name="inNamespace">The namespace; null for the cluster.</param>
    public Task<bool> MayAsync(string person, string verb, string resource, string? inNamespace) =>
        ReviewAsync(Cluster.Api, "SubjectAccessReview", new() { ["user"] = person, ["groups"] = new JsonArray("system:authenticated") }, verb, resource, inNamespace);

    /// <summary>What it says to the person themselves, as <c>kubectl auth can-i</c> asks: a SelfSubjectAccessReview.</summary>
    /// <param name="api">The API server, as that person.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="resource">The resource of Sluice's group, with its subresource.</param>
    /// <param name="inNamespace">The namespace; null for the cluster.</param>
    public static Task<bool> MayAsync(KubernetesApi api, string verb, string resource, string? inNamespace) =>
        ReviewAsync(api, "SelfSubjectAccessReview", new(), verb, resource, inNamespace);

    private static async Task<bool> ReviewAsync(KubernetesApi api, string kind, JsonObject spec, string verb, string resource, string? inNamespace)
    {
        var attributes = new JsonObject { ["group"] = "gating.toolkit.fluxcd.io", ["resource"] = resource.Split('/')[0], ["verb"] = verb };
        if (resource.Split('/') is [_, var subresource])
        {
            attributes["subresource"] = subresource;
        }

        if (inNamespace is not null)
        {
            attributes["namespace"] = inNamespace;
        }

        spec["resourceAttributes"] = attributes;
        var reviews = new ApiResource("authorization.k8s.io", "v1", $"{kind.ToLowerInvariant()}s", kind, Namespaced: false);
        var review = new JsonObject { ["apiVersion"] = reviews.ApiVersion, ["kind"] = kind, ["spec"] = spec };
        var answer = await api.CreateAsync(reviews, null, Encoding.UTF8.GetBytes(review.ToJsonString()), static json => JsonNode.Parse(json)!);
        return (bool)answer["status"]!["allowed"]!;
    }
}
