using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Api.Sources;

namespace Sluice.Cli.Releasing;

/// <summary>In what the spec of a source that a candidate was made from differs from that of what is released: a URL or what is ignored changes what is deployed as much as a commit does.</summary>
internal static class SpecDifference
{
    /// <summary>The difference, in a sentence without its full stop; null: there is none, or nothing is released.</summary>
    public static string? Of(GatedSource source, CandidateStatus candidate)
    {
        if (source.Status?.Released is not { } released || released.SpecDigest == candidate.SpecDigest)
            return null;
        return Fields(Spec(source.Status, released.SpecDigest), Spec(source.Status, candidate.SpecDigest)) is { Count: > 0 } fields
            ? $"The source's spec differs from what is released in: {string.Join(", ", fields)}" : "The source's spec differs from what is released; in what is not known";
    }

    private static IReadOnlyList<string> Fields(JsonObject? before, JsonObject? after) => before is null || after is null ? []
        : [.. before.Concat(after).Select(field => field.Key).Distinct().Where(name => !JsonNode.DeepEquals(before[name], after[name])).Order(StringComparer.Ordinal)];

    private static JsonObject? Spec(GatedSourceStatus status, string digest)
    {
        try
        {
            return status.Specs?.FirstOrDefault(snapshot => snapshot.Digest == digest) is { } found ? JsonNode.Parse(found.Spec) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
