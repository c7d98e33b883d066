using System.Text.Json.Nodes;

namespace Sluice.Controller.Tests.Clusters;

/// <summary>What the tests look at in a gated object.</summary>
internal static class GatedJson
{
    public static bool IsSuspended(this JsonNode gated) => (bool?)gated["spec"]!["suspend"] == true;

    public static string? HeldBy(this JsonNode gated) => gated.Annotation("gating.toolkit.fluxcd.io/held-by");

    public static string? Annotation(this JsonNode gated, string name) => (string?)gated["metadata"]!["annotations"]?[name];

    /// <summary>A field of a condition: <c>status</c>, <c>reason</c> or <c>message</c>.</summary>
    public static string? Condition(this JsonNode gated, string type, string field) =>
        (string?)(gated["status"]?["conditions"] as JsonArray)?.FirstOrDefault(condition => (string?)condition?["type"] == type)?[field];

    public static string? Approved(this JsonNode gated, string field) => gated.Condition("Approved", field);

    /// <summary>The field managers that own <c>spec.suspend</c>.</summary>
    public static IEnumerable<string> SuspendOwners(this JsonNode gated) =>
        from entry in (JsonArray)gated["metadata"]!["managedFields"]!
        where entry?["fieldsV1"]?["f:spec"]?["f:suspend"] is not null
        select (string)entry["manager"]!;
}
