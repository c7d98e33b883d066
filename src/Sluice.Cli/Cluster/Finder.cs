using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Cli.Suggestions;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Cli.Cluster;

/// <summary>Gets what must exist; where it does not, the error says what does.</summary>
internal sealed class Finder(ClusterClient cluster)
{
    /// <summary>What to do where the CRD is missing.</summary>
    public const string InstallHint = "install Sluice with 'sluice install' or 'kubectl apply -k config/default', or ask who runs the cluster";

    // A namespace with more objects than this is a list to read, not a help.
    private const int FewEnoughToList = 8;

    private readonly Discovery _discovery = new(cluster);

    /// <summary>The gate.</summary>
    /// <exception cref="CommandException">There is none of that name, or gates are not installed.</exception>
    public async Task<JsonObject> GateAsync(GateReference gate, CancellationToken cancellation)
    {
        if (await cluster.TryGetAsync(ClusterClient.Gates, new ObjectKey(gate.Namespace, gate.Name), cancellation) is { } found)
            return found;
        await RequireAsync(ClusterClient.Gates, cancellation);
        throw new CommandException($"there is no gate '{gate.Name}' in namespace '{gate.Namespace}'{await SuggestAsync(ClusterClient.Gates, gate.Namespace, gate.Name, cancellation)}");
    }

    /// <summary>The gates of one namespace, or with null of all.</summary>
    /// <exception cref="CommandException">Gates are not installed.</exception>
    public Task<IReadOnlyList<JsonObject>> GatesAsync(string? inNamespace, CancellationToken cancellation) => ListAsync(ClusterClient.Gates, inNamespace, cancellation);

    /// <summary>The gated source.</summary>
    /// <exception cref="CommandException">There is none of that name, or gated sources are not installed.</exception>
    public async Task<JsonObject> GatedSourceAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (await cluster.TryGetAsync(ClusterClient.GatedSources, key, cancellation) is { } found)
            return found;
        await RequireAsync(ClusterClient.GatedSources, cancellation);
        throw new CommandException($"there is no GatedSource '{key.Name}' in namespace '{key.Namespace}'{await SuggestAsync(ClusterClient.GatedSources, key.Namespace, key.Name, cancellation)}");
    }

    /// <summary>The gated sources of one namespace, or with null of all.</summary>
    /// <exception cref="CommandException">Gated sources are not installed.</exception>
    public Task<IReadOnlyList<JsonObject>> GatedSourcesAsync(string? inNamespace, CancellationToken cancellation) => ListAsync(ClusterClient.GatedSources, inNamespace, cancellation);

    /// <summary>The object, and how to reach it.</summary>
    /// <exception cref="CommandException">There is none of that name, or its kind is not installed.</exception>
    public async Task<(ServedKind Kind, JsonObject Json)> ObjectAsync(TypedName name, string inNamespace, CancellationToken cancellation)
    {
        var kind = await KindAsync(name.Kind, cancellation);
        if (await cluster.TryGetAsync(kind.Resource, new ObjectKey(inNamespace, name.Name), cancellation) is { } found)
            return (kind, found);
        throw new CommandException($"there is no {name.Kind.Kind} '{name.Name}' in namespace '{inNamespace}'{await SuggestAsync(kind.Resource, inNamespace, name.Name, cancellation)}");
    }

    /// <summary>How to reach the objects of a kind.</summary>
    /// <exception cref="CommandException">The kind is not installed.</exception>
    public async Task<ServedKind> KindAsync(GatedKind kind, CancellationToken cancellation) =>
        await _discovery.FindAsync([kind], cancellation) is [var served]
            ? served
            : throw new CommandException($"the cluster does not serve {kind.CrdName}: Flux's controller for it is not installed there ({cluster.Origin})");

    /// <summary>The kinds of <c>--additional-kinds</c>, without those that are Flux's own.</summary>
    /// <exception cref="CommandException">One of them is not installed, or its objects live in no namespace.</exception>
    public async Task<IReadOnlyList<ServedKind>> AdditionalKindsAsync(IEnumerable<ResourceName> names, CancellationToken cancellation)
    {
        var wanted = names.Distinct().Where(name => GatedKind.OfFlux.All(kind => kind.CrdName != name.ToString()));
        return await Task.WhenAll(wanted.Select(AdditionalKindAsync));

        async Task<ServedKind> AdditionalKindAsync(ResourceName name) => await _discovery.FindAsync(name, cancellation) switch
        {
            null => throw new CommandException($"the cluster does not serve {name}, which {KindNames.AdditionalKinds} names ({cluster.Origin})"),
            { Resource.Namespaced: false } => throw new CommandException($"{name}, which {KindNames.AdditionalKinds} names, live in no namespace: Sluice holds only what lives in one"),
            var served => served,
        };
    }

    private async Task<IReadOnlyList<JsonObject>> ListAsync(ApiResource resource, string? inNamespace, CancellationToken cancellation)
    {
        if (await cluster.TryListAsync(resource, inNamespace, cancellation) is { } found)
            return found;
        await RequireAsync(resource, cancellation);
        return [];
    }

    private async Task RequireAsync(ApiResource resource, CancellationToken cancellation)
    {
        if (!await _discovery.ServesAsync(resource, cancellation))
            throw new CommandException($"the cluster does not serve {resource.GroupResource} in version {resource.Version}: Sluice is not installed there ({cluster.Origin})\n{InstallHint}");
    }

    /// <summary>Near names of the same namespace first, then of others, then what the namespace has at all; what may not be listed is left out.</summary>
    private async Task<string> SuggestAsync(ApiResource resource, string inNamespace, string name, CancellationToken cancellation)
    {
        var own = await NamesAsync(resource, inNamespace, cancellation);
        if (Nearest.Question(Nearest.To(name, own.Select(found => found.Name))) is { } question)
            return $": {question}";
        var others = (await NamesAsync(resource, null, cancellation)).Where(found => found.Namespace != inNamespace).ToLookup(found => found.Name, found => found.Namespace);
        var near = Nearest.To(name, others.Select(group => group.Key));
        return near.Count > 0 ? $": {Nearest.Question([.. near.SelectMany(found => others[found].Select(other => $"{found} in namespace {other}")).Take(3)])}"
            : own.Count is > 0 and <= FewEnoughToList ? $", which has {string.Join(", ", own.Select(found => found.Name))}"
            : own.Count == 0 ? ", which has none" : "";
    }

    private async Task<IReadOnlyList<ObjectKey>> NamesAsync(ApiResource resource, string? inNamespace, CancellationToken cancellation)
    {
        try
        {
            var found = await cluster.TryListAsync(resource, inNamespace, cancellation) ?? [];
            return [.. found.Select(item => new ObjectKey((string?)item["metadata"]?["namespace"] ?? "", (string?)item["metadata"]?["name"] ?? ""))];
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return [];
        }
    }
}
