using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Kubernetes;

namespace Sluice.Cli.Cluster;

/// <summary>Which kinds the API server serves, and in which versions.</summary>
internal sealed class Discovery(ClusterClient cluster)
{
    /// <summary>Those of <paramref name="kinds"/> that are served, in their order.</summary>
    public async Task<IReadOnlyList<ServedKind>> FindAsync(IEnumerable<GatedKind> kinds, CancellationToken cancellation)
    {
        var wanted = kinds.ToList();
        var byGroup = await Task.WhenAll(wanted.GroupBy(kind => kind.Group).Select(group => FindAsync(group.Key, [.. group], cancellation)));
        return [.. byGroup.SelectMany(found => found).OrderBy(found => wanted.IndexOf(found.Kind))];
    }

    /// <summary>A kind of which no more than the name is known; null when it is not served.</summary>
    public async Task<ServedKind?> FindAsync(ResourceName name, CancellationToken cancellation)
    {
        foreach (var version in await VersionsAsync(name.Group, cancellation))
        {
            if ((await ResourcesAsync(name.Group, version, cancellation)).FirstOrDefault(resource => (string?)resource["name"] == name.Plural) is not { } found)
                continue;
            var kind = new GatedKind(name.Group, (string?)found["kind"] ?? name.Plural, name.Plural, [.. Items(found, "shortNames").Select(shortName => (string)shortName!)]);
            return new ServedKind(kind, new ApiResource(name.Group, version, name.Plural, kind.Kind, (bool?)found["namespaced"] ?? true));
        }

        return null;
    }

    /// <summary>The versions of a group, the preferred one first; empty when it is not served.</summary>
    public async Task<IReadOnlyList<string>> VersionsAsync(string group, CancellationToken cancellation)
    {
        if (await cluster.TryGetPathAsync($"/apis/{group}", cancellation) is not { } found)
            return [];
        var preferred = (string?)found["preferredVersion"]?["version"];
        return [.. Items(found, "versions").Select(version => (string?)version["version"] ?? "").OrderByDescending(version => version == preferred)];
    }

    /// <summary>Whether gates are served in the version that this program speaks.</summary>
    public Task<bool> ServesGatesAsync(CancellationToken cancellation) => ServesAsync(ClusterClient.Gates, cancellation);

    /// <summary>Whether a kind is served in the version that is meant.</summary>
    public async Task<bool> ServesAsync(ApiResource resource, CancellationToken cancellation) =>
        (await PluralsAsync(resource.Group, resource.Version, cancellation)).Contains(resource.Plural);

    private async Task<IReadOnlyList<ServedKind>> FindAsync(string group, IReadOnlyList<GatedKind> kinds, CancellationToken cancellation)
    {
        List<ServedKind> found = [];
        foreach (var version in await VersionsAsync(group, cancellation))
        {
            if (found.Count == kinds.Count)
                break;
            var plurals = await PluralsAsync(group, version, cancellation);
            found.AddRange(kinds.Where(kind => plurals.Contains(kind.Plural) && found.All(known => known.Kind != kind))
                .Select(kind => new ServedKind(kind, new ApiResource(group, version, kind.Plural, kind.Kind))));
        }

        return found;
    }

    private async Task<HashSet<string>> PluralsAsync(string group, string version, CancellationToken cancellation) =>
        [.. (await ResourcesAsync(group, version, cancellation)).Select(resource => (string?)resource["name"] ?? "")];

    private async Task<IEnumerable<JsonNode>> ResourcesAsync(string group, string version, CancellationToken cancellation) =>
        await cluster.TryGetPathAsync($"/apis/{group}/{version}", cancellation) is { } found ? Items(found, "resources") : [];

    private static IEnumerable<JsonNode> Items(JsonNode found, string list) => (found[list] as JsonArray ?? []).OfType<JsonNode>();
}
