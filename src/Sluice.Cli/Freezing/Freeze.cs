using System.Text.Json.Nodes;
using Sluice.Api;
using Sluice.Api.Bindings;
using Sluice.Api.Gated;
using Sluice.Api.Gates;
using Sluice.Cli.Cluster;
using Sluice.Kubernetes;

namespace Sluice.Cli.Freezing;

/// <summary>
/// A freeze: a closed gate, and a binding that puts it before everything in reach. Both carry a label, by which the end of a freeze knows what
/// it may delete.
/// </summary>
/// <param name="IsClusterWide">Whether it is one of the whole cluster, or of one namespace.</param>
/// <param name="Namespace">The namespace of the gate; of both where the freeze is that of a namespace.</param>
internal sealed record Freeze(bool IsClusterWide, string Namespace)
{
    /// <summary>The name of the gate and of the binding; another for the cluster, whose gate may stand beside that of a namespace.</summary>
    public string Name => IsClusterWide ? "freeze-all" : "freeze";

    /// <summary>The namespace of the gate of a freeze of the cluster, where none is given.</summary>
    public const string DefaultNamespace = "flux-system";

    /// <summary>The label of what a freeze has made.</summary>
    public const string Label = $"{ApiGroup.Name}/freeze";

    // What only fetches deploys nothing: to hold it would starve what is not frozen, and source-controller loses the artifacts of a suspended source when it restarts.
    private static readonly IReadOnlyList<string> Fetching =
        [.. GatedKind.OfFlux.Where(kind => kind.Group == "source.toolkit.fluxcd.io" || kind.Kind is "ImageRepository" or "ImagePolicy").Select(kind => kind.Kind)];

    /// <summary>The bindings of namespaces.</summary>
    public static ApiResource Bindings { get; } = new(ApiGroup.Name, ApiGroup.Version, "gatebindings", GateBinding.KindName);

    /// <summary>Those of the cluster.</summary>
    public static ApiResource ClusterBindings { get; } = new(ApiGroup.Name, ApiGroup.Version, "clustergatebindings", GateBinding.ClusterKindName, Namespaced: false);

    /// <summary>The gate.</summary>
    public ObjectKey GateKey => new(Namespace, Name);

    /// <summary>Where its binding is served.</summary>
    public ApiResource Binding => IsClusterWide ? ClusterBindings : Bindings;

    /// <summary>Its binding.</summary>
    public ObjectKey BindingKey => new(IsClusterWide ? "" : Namespace, Name);

    /// <summary>What it reaches, in words.</summary>
    public string Reach => IsClusterWide ? "the cluster" : $"namespace '{Namespace}'";

    /// <summary>How the commands about it end: <c>--all</c>.</summary>
    public string Arguments => IsClusterWide ? "--all" : $"-n {Namespace}";

    /// <summary>The body of the gate. Closed by default, so that it holds before anybody has looked at it; the request says who wants it, and why.</summary>
    public JsonObject GateBody(string stamp, string reason) => new()
    {
        ["apiVersion"] = ApiGroup.ApiVersion,
        ["kind"] = Gate.KindName,
        ["metadata"] = new JsonObject
        {
            ["name"] = Name,
            ["namespace"] = Namespace,
            ["labels"] = Labels(),
            ["annotations"] = new JsonObject { [GateAnnotations.CloseRequestedAt] = stamp, [GateAnnotations.CloseReason] = reason },
        },
        ["spec"] = new JsonObject { ["default"] = GateStateNames.Closed },
    };

    /// <summary>The body of the binding.</summary>
    /// <param name="exclude">What it leaves alone.</param>
    public JsonObject BindingBody(IEnumerable<ObjectKey> exclude)
    {
        var metadata = new JsonObject { ["name"] = Name, ["labels"] = Labels() };
        if (!IsClusterWide)
            metadata["namespace"] = Namespace;
        var excluded = exclude.Distinct().Where(key => IsClusterWide || key.Namespace == Namespace)
            .Select(JsonNode (key) => IsClusterWide ? new JsonObject { ["namespace"] = key.Namespace, ["name"] = key.Name } : new JsonObject { ["name"] = key.Name }).ToArray();
        var spec = new JsonObject
        {
            ["gates"] = new JsonArray(new JsonObject { ["name"] = Name, ["namespace"] = Namespace }),
            ["exclude"] = new JsonArray([.. Fetching.Select(JsonNode (kind) => new JsonObject { ["kind"] = kind }), .. excluded]),
        };
        return new JsonObject { ["apiVersion"] = ApiGroup.ApiVersion, ["kind"] = Binding.Kind, ["metadata"] = metadata, ["spec"] = spec };
    }

    /// <summary>
    /// What there is of it, and where its gate really is: a binding that is there names it. The binding comes first.
    /// </summary>
    /// <exception cref="CommandException">Some other hand has made one of them under the same name.</exception>
    public async Task<(Freeze Freeze, IReadOnlyList<(ApiResource Resource, ObjectKey Key, JsonObject Json)> Found)> FindAsync(ClusterClient cluster, CancellationToken cancellation)
    {
        List<(ApiResource, ObjectKey, JsonObject)> found = [];
        var freeze = this;
        if (await FindAsync(cluster, Binding, BindingKey, cancellation) is { } binding)
        {
            found.Add((Binding, BindingKey, binding));
            freeze = this with { Namespace = (string?)binding["spec"]?["gates"]?[0]?["namespace"] ?? Namespace };
        }

        if (await FindAsync(cluster, ClusterClient.Gates, freeze.GateKey, cancellation) is { } gate)
            found.Add((ClusterClient.Gates, freeze.GateKey, gate));
        return (freeze, found);
    }

    private static async Task<JsonObject?> FindAsync(ClusterClient cluster, ApiResource resource, ObjectKey key, CancellationToken cancellation)
    {
        var found = await cluster.TryGetAsync(resource, key, cancellation);
        return found is null || found["metadata"]?["labels"]?[Label] is not null ? found
            : throw new CommandException($"{resource.Describe(key)} was not made by 'freeze' (it has no label {Label}): it is left as it is. Delete or rename it yourself if it stands in the way");
    }

    private static JsonObject Labels() => new() { [Label] = "true" };
}
