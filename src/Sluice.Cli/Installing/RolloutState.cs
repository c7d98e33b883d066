using System.Text.Json.Nodes;
using Sluice.Cli.Manifests;

namespace Sluice.Cli.Installing;

/// <summary>How far a Deployment has come.</summary>
/// <param name="IsDone">Whether every replica is of the present version and available.</param>
/// <param name="HasFailed">Whether the deployment controller has given up.</param>
/// <param name="Text">In words.</param>
internal sealed record RolloutState(bool IsDone, bool HasFailed, string Text)
{
    /// <summary>Reads it; <see langword="null"/> stands for a Deployment that does not exist.</summary>
    public static RolloutState Of(JsonObject? deployment)
    {
        if (deployment is null)
            return new(false, true, "it does not exist any more");
        var (metadata, status) = (deployment["metadata"], deployment["status"]);
        if ((long?)status?["observedGeneration"] is not { } observed || observed < ((long?)metadata?["generation"] ?? 0))
            return new(false, false, "the cluster's deployment controller has not looked at it yet");

        var wanted = (int?)deployment["spec"]?["replicas"] ?? 1;
        var (updated, available, total) = (Count("updatedReplicas"), Count("availableReplicas"), Count("replicas"));
        var text = $"{updated} of {wanted} replicas are of this version, {available} {(available == 1 ? "is" : "are")} available";
        var problems = (status["conditions"] as JsonArray ?? []).Where(IsProblem).Select(condition =>
            $"condition {Manifest.Text(condition!["type"])} is {Manifest.Text(condition["status"])} ({Manifest.Text(condition["reason"])}): {Manifest.Text(condition["message"])?.TrimEnd('.')}").ToList();
        return new(
            updated >= wanted && available >= wanted && total <= updated,
            problems.Exists(problem => problem.Contains("(ProgressDeadlineExceeded)", StringComparison.Ordinal)),
            string.Join("; ", problems.Prepend(text)));

        int Count(string field) => (int?)status[field] ?? 0;
    }

    private static bool IsProblem(JsonNode? condition) => (Manifest.Text(condition?["type"]), Manifest.Text(condition?["status"])) is ("Available" or "Progressing", "False") or ("ReplicaFailure", "True");
}
