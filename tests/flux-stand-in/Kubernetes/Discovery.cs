using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;

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
        JsonObject list;
        try
        {
            list = await api.GetAsync(slash < 0 ? $"api/{apiVersion}" : $"apis/{apiVersion}", cancellation);
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }

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
