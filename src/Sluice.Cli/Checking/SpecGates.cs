using System.Text.Json.Nodes;
using Sluice.Cli.Cluster;

namespace Sluice.Cli.Checking;

/// <summary>Finds out which kinds have the field <c>spec.gates</c>, from the API server's OpenAPI documents: CRDs may not be everybody's to read.</summary>
internal sealed class SpecGates(ClusterClient cluster)
{
    /// <summary>Those of <paramref name="kinds"/> that carry the field.</summary>
    public async Task<IReadOnlyList<ServedKind>> CarriedByAsync(IReadOnlyList<ServedKind> kinds, CancellationToken cancellation)
    {
        var found = await Task.WhenAll(kinds.GroupBy(kind => kind.Resource.ApiVersion).Select(async group =>
        {
            var document = await cluster.TryGetPathAsync($"/openapi/v3/apis/{group.Key}", cancellation);
            return group.Where(kind => document?["components"]?["schemas"] is JsonObject schemas && schemas.Any(schema => IsOf(schema.Value, kind) && HasGates(schema.Value)));
        }));
        return [.. found.SelectMany(carriers => carriers).OrderBy(kind => kinds.ToList().IndexOf(kind))];
    }

    private static bool IsOf(JsonNode? schema, ServedKind kind) =>
        schema?["x-kubernetes-group-version-kind"] is JsonArray names && names.Any(name => (string?)name?["kind"] == kind.Kind.Kind && (string?)name?["group"] == kind.Kind.Group);

    private static bool HasGates(JsonNode? schema) => schema?["properties"]?["spec"]?["properties"]?["gates"] is not null;
}
