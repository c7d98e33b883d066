using Sluice.Api.Metadata;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Api;
using Sluice.Api.Approvals;
using Sluice.Api.Gates;
using Sluice.Api.Serialization;
using Sluice.Api.Sources;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Cli.Cluster;

/// <summary>The cluster as this program uses it: objects as JSON, as the API server gave them.</summary>
internal sealed class ClusterClient : IDisposable
{
    private readonly KubernetesConnection _connection;
    private readonly KubernetesApi _api;

    /// <param name="connection">The connection; disposed with this.</param>
    /// <param name="origin">Where the connection was configured, for messages.</param>
    public ClusterClient(KubernetesConnection connection, string origin)
    {
        _connection = connection;
        _api = new KubernetesApi(connection);
        Origin = origin;
    }

    /// <summary>The kind of gates.</summary>
    public static ApiResource Gates { get; } = new(ApiGroup.Name, ApiGroup.Version, "gates", Gate.KindName);

    /// <summary>The kind of gated sources.</summary>
    public static ApiResource GatedSources { get; } = new(ApiGroup.Name, ApiGroup.Version, "gatedsources", GatedSource.KindName);

    /// <summary>The kind of approvals.</summary>
    public static ApiResource Approvals { get; } = new(ApiGroup.Name, ApiGroup.Version, "approvals", Approval.KindName);

    /// <summary>Where the connection was configured: <c>context 'prod' of kubeconfig …</c>.</summary>
    public string Origin { get; }

    /// <summary>The API server's address.</summary>
    public string Server => _connection.Server;

    /// <summary>The namespace of commands that name none.</summary>
    public string Namespace => _connection.Namespace;

    /// <summary>Gets an object, or null if it does not exist or its kind is not served.</summary>
    public Task<JsonObject?> TryGetAsync(ApiResource resource, ObjectKey key, CancellationToken cancellation) =>
        _api.TryGetAsync(resource, key, Decode, cancellation);

    /// <summary>Lists objects of one namespace, or with null of all; null if the kind is not served.</summary>
    public Task<IReadOnlyList<JsonObject>?> TryListAsync(ApiResource resource, string? inNamespace, CancellationToken cancellation) =>
        TryListAsync(resource, new ListOptions { Namespace = inNamespace }, cancellation);

    /// <summary>Lists objects; null if the kind is not served.</summary>
    public async Task<IReadOnlyList<JsonObject>?> TryListAsync(ApiResource resource, ListOptions options, CancellationToken cancellation)
    {
        try
        {
            return (await _api.ListAsync(resource, options, Decode, cancellation)).Items;
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Changes some fields of an object.</summary>
    public Task<JsonObject> MergePatchAsync(ApiResource resource, ObjectKey key, JsonObject patch, CancellationToken cancellation) =>
        _api.MergePatchAsync(resource, key, Bytes(patch), new WriteOptions { FieldManager = FieldManagers.CommandLine }, Decode, cancellation);

    /// <summary>Server-side apply: what this program owns of an object becomes just what <paramref name="body"/> says.</summary>
    public Task<JsonObject> ApplyAsync(ApiResource resource, ObjectKey key, JsonObject body, CancellationToken cancellation) =>
        ApplyAsync(resource, key, body, new ApplyOptions(FieldManagers.CommandLine) { Force = true }, cancellation);

    /// <summary>Server-side apply.</summary>
    public Task<JsonObject> ApplyAsync(ApiResource resource, ObjectKey key, JsonObject body, ApplyOptions options, CancellationToken cancellation) =>
        _api.ApplyAsync(resource, key, Bytes(body), options, Decode, cancellation);

    /// <summary>Creates an object.</summary>
    /// <param name="resource">Its kind.</param>
    /// <param name="inNamespace">Its namespace.</param>
    /// <param name="body">The object.</param>
    /// <param name="dryRun">Whether the API server checks everything and stores nothing.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<JsonObject> CreateAsync(ApiResource resource, string inNamespace, JsonObject body, bool dryRun, CancellationToken cancellation) =>
        _api.CreateAsync(resource, inNamespace, Bytes(body), Decode, new WriteOptions { FieldManager = FieldManagers.CommandLine, DryRun = dryRun }, cancellation);

    /// <summary>Writes a hold, or the end of one, in the name of the controller; see <see cref="HoldApply"/>.</summary>
    public Task<JsonObject> ApplyHoldAsync(ApiResource resource, ObjectKey key, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        _api.ApplyAsync(resource, key, body, new ApplyOptions(FieldManagers.Controller) { Force = true }, Decode, cancellation);

    /// <summary>Deletes an object; false if there is none.</summary>
    public Task<bool> DeleteAsync(ApiResource resource, ObjectKey key, DeleteOptions options, CancellationToken cancellation) =>
        _api.DeleteAsync(resource, key, options, cancellation);

    /// <summary>Asks the API server a question by creating an object that it answers in, such as a SelfSubjectAccessReview.</summary>
    public Task<JsonObject> ReviewAsync(ApiResource resource, JsonObject body, CancellationToken cancellation)
    {
        body["apiVersion"] = resource.ApiVersion;
        body["kind"] = resource.Kind;
        return _api.CreateAsync(resource, null, Bytes(body), Decode, cancellation: cancellation);
    }

    /// <summary>Gets any path as JSON, or null if there is nothing.</summary>
    public async Task<JsonObject?> TryGetPathAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return Decode((await _api.GetRawAsync(path, cancellation)).Span);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Looks several gates up at once. One that may not be read is a problem of its own, not of the command.</summary>
    public async Task<IReadOnlyDictionary<GateReference, GateLookup>> LookUpAsync(IEnumerable<GateReference> gates, CancellationToken cancellation)
    {
        var found = await Task.WhenAll(gates.Distinct().Select(async gate => KeyValuePair.Create(gate, await LookUpAsync(gate, cancellation))));
        return found.ToDictionary();
    }

    /// <summary>Reads a gate's JSON.</summary>
    public static Gate ToGate(JsonObject json) => json.Deserialize(ApiJson.Default.Gate)!;

    /// <summary>Reads a gated source's JSON.</summary>
    public static GatedSource ToGatedSource(JsonObject json) => json.Deserialize(ApiJson.Default.GatedSource)!;

    /// <summary>Reads an approval's JSON.</summary>
    public static Approval ToApproval(JsonObject json) => json.Deserialize(ApiJson.Default.Approval)!;

    /// <summary>Reads the JSON of an object that can be held.</summary>
    public static FluxObject ToFluxObject(JsonObject json) => json.Deserialize(CliJson.Default.FluxObject)!;

    public void Dispose() => _connection.Dispose();

    private async Task<GateLookup> LookUpAsync(GateReference gate, CancellationToken cancellation)
    {
        try
        {
            var json = await TryGetAsync(Gates, new ObjectKey(gate.Namespace, gate.Name), cancellation);
            return new GateLookup(json is null ? null : ToGate(json));
        }
        catch (KubernetesApiException e) when (e.IsForbidden)
        {
            return new GateLookup(null, "you may not read this gate");
        }
    }

    private static JsonObject Decode(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException("Expected an object.");
    }

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
