using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Controller.Admission;

namespace Sluice.Controller.Tests.Admission;

/// <summary>AdmissionReviews as an API server writes them.</summary>
internal static class Reviews
{
    public static JsonObject Of(string operation, JsonNode? now, JsonNode? before, string group = "kustomize.toolkit.fluxcd.io", string plural = "kustomizations") => new()
    {
        ["apiVersion"] = "admission.k8s.io/v1",
        ["kind"] = "AdmissionReview",
        ["request"] = new JsonObject
        {
            ["uid"] = "7f0b2891-916f-4ed6-b7cd-27bff1815a8c",
            ["kind"] = new JsonObject { ["group"] = group, ["version"] = "v1", ["kind"] = "Kustomization" },
            ["resource"] = new JsonObject { ["group"] = group, ["version"] = "v1", ["resource"] = plural },
            ["operation"] = operation,
            ["namespace"] = "apps",
            ["name"] = "app",
            ["userInfo"] = new JsonObject { ["username"] = "alice@example.org" },
            ["object"] = now?.DeepClone(),
            ["oldObject"] = before?.DeepClone(),
        },
    };

    /// <summary>What the webhook would change.</summary>
    public static IReadOnlyList<PatchOperation> Mutate(JsonObject review)
    {
        using var document = JsonDocument.Parse(review.ToJsonString());
        return [.. new Mutations([]).Of(AdmissionRequest.Read(document.RootElement.GetProperty("request")))];
    }

    /// <summary>What the webhook would answer.</summary>
    public static JsonNode Answer(string review) => JsonNode.Parse(AdmissionReview.Answer(Encoding.UTF8.GetBytes(review), new Mutations([])).Body)!["response"]!;
}
