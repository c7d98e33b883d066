using System.Text.Json.Nodes;

namespace Sluice.Controller.Tests.Admission;

/// <summary>
/// What the ClusterRole aggregation controller of kube-controller-manager does, which does not run here: an aggregated role gets the rules of
/// every other ClusterRole that one of its selectors matches, each rule once.
/// </summary>
internal static class RoleAggregation
{
    /// <summary>The rules that a role has, aggregated where it says so.</summary>
    /// <param name="name">The role's name.</param>
    /// <param name="roles">All ClusterRoles of the cluster.</param>
    public static IReadOnlyList<JsonNode> RulesOf(string name, IReadOnlyList<JsonNode> roles)
    {
        var role = roles.Single(found => Name(found) == name);
        if (role["aggregationRule"]?["clusterRoleSelectors"] is not JsonArray selectors)
        {
            return [.. (role["rules"] as JsonArray ?? []).Select(rule => rule!)];
        }

        return [
            .. roles.Where(other => Name(other) != name && selectors.Any(selector => Matches(selector!, other)))
                .OrderBy(Name, StringComparer.Ordinal).SelectMany(other => RulesOf(Name(other), roles)).DistinctBy(rule => rule.ToJsonString()),
        ];
    }

    private static bool Matches(JsonNode selector, JsonNode role) => selector["matchExpressions"] is null
        ? selector["matchLabels"]!.AsObject().All(label => (string?)role["metadata"]!["labels"]?[label.Key] == (string?)label.Value)
        : throw new NotSupportedException($"Expected a selector by matchLabels, as Kubernetes' own roles have; found {selector}.");

    private static string Name(JsonNode role) => (string)role["metadata"]!["name"]!;
}
