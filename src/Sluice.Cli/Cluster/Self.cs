using System.Text.Json.Nodes;
using Sluice.Kubernetes;

namespace Sluice.Cli.Cluster;

/// <summary>Asks the API server who the user is, and what they may do: nothing of that is a claim of this program's.</summary>
internal sealed class Self(ClusterClient cluster)
{
    private static readonly ApiResource AccessReviews = new("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", Namespaced: false);
    private static readonly ApiResource SelfReviews = new("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", Namespaced: false);

    /// <summary>Who the user is.</summary>
    public async Task<Identity> WhoAmIAsync(CancellationToken cancellation)
    {
        var user = (await cluster.ReviewAsync(SelfReviews, [], cancellation))["status"]?["userInfo"];
        var extra = (user?["extra"] as JsonObject ?? []).ToDictionary(attribute => attribute.Key, attribute => Texts(attribute.Value));
        return new((string?)user?["username"] ?? "unknown", Texts(user?["groups"]), extra);
    }

    /// <summary>Whether the user may do something.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="resource">To objects of which kind.</param>
    /// <param name="inNamespace">In which namespace; null: in all of them.</param>
    /// <param name="name">To which object; null: to all of them.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> MayAsync(string verb, ApiResource resource, string? inNamespace, string? name, CancellationToken cancellation)
    {
        var attributes = new JsonObject { ["verb"] = verb, ["group"] = resource.Group, ["resource"] = resource.Plural };
        if (inNamespace is not null)
            attributes["namespace"] = inNamespace;
        if (name is not null)
            attributes["name"] = name;
        var answer = await cluster.ReviewAsync(AccessReviews, new JsonObject { ["spec"] = new JsonObject { ["resourceAttributes"] = attributes } }, cancellation);
        return (bool?)answer["status"]?["allowed"] == true;
    }

    private static IReadOnlyList<string> Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(text => (string?)text ?? "")];
}
