using System.Collections.Concurrent;

namespace FluxStandIn.Kubernetes;

/// <summary>Finds where the API server serves a kind, and remembers it; what was not found is asked for again, since a CRD may come later.</summary>
internal sealed class Discovery(ApiServer api)
{
    private readonly ConcurrentDictionary<(string ApiVersion, string Kind), ResourceKind> _known = new();

    /// <summary>The kind, or null when the API server does not serve it.</summary>
    public async Task<ResourceKind?> FindAsync(string apiVersion, string kind, CancellationToken cancellation)
    {
        if (_known.TryGetValue((apiVersion, kind), out var known))
            return known;

        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var list = await api.FindAsync(slash < 0 ? $"api/{apiVersion}" : $"apis/{apiVersion}", cancellation);
        foreach (var resource in list.Objects("resources"))
        {
            var plural = resource.Text("name")!;
            if (plural.Contains('/', StringComparison.Ordinal))
                continue;
            var served = new ResourceKind(slash < 0 ? "" : apiVersion[..slash], apiVersion[(slash + 1)..], resource.Text("kind")!, plural, resource.True("namespaced"));
            _known[(apiVersion, served.Kind)] = served;
        }

        return _known.GetValueOrDefault((apiVersion, kind));
    }
}
