using System.Text;
using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Controller.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Sources;

/// <summary>
/// The pinned objects of gated sources: reads them, and brings them to what was released. It replaces their specs as a whole, since a server-side
/// apply would leave in place what somebody has added. Whether they are suspended is not its business.
/// </summary>
internal sealed class Targets(KubernetesApi api, GatedObjects objects)
{
    private static readonly WriteOptions AsSources = new() { FieldManager = FieldManagers.Sources };

    private readonly LatestByVersion<SeenTarget> _seen = new();

    // The API server fills in what a newer CRD has defaults for: such a target is not what was written, and never will be. So, by the digest of what it reads as, that of what was written.
    private readonly LatestByVersion<string> _written = new();

    /// <summary>The target as the cache of gated objects has it; asks the API server if that is another version than the last.</summary>
    /// <exception cref="KubernetesApiException">
    /// Also when its kind is not served, as for a moment after an API server was started: that says nothing of whether there is one.
    /// </exception>
    public async Task<SeenTarget> ReadAsync(GatedKey key, CancellationToken cancellation)
    {
        if (objects.TryGet(key, out var cached, out var resource) && _seen.TryGet(key, cached.ResourceVersion, out var seen))
        {
            return seen;
        }

        if ((resource ?? objects.FindResource(key.Kind)) is not { } served)
        {
            return SeenTarget.Missing;
        }

        try
        {
            return Keep(key, await api.GetAsync<JsonNode>(served, key.Key, static json => JsonNode.Parse(json)!, cancellation));
        }
        catch (KubernetesApiException e) when (e.IsObjectNotFound)
        {
            return SeenTarget.Missing with { MayExist = cached is not null };
        }
    }

    /// <summary>Whether a target is what it is to be.</summary>
    public bool IsAsWanted(GatedKey key, SeenTarget seen, JsonObject spec)
    {
        var wanted = CanonicalJson.DigestOfSpec(spec);
        return seen.Exists && (seen.SpecDigest == wanted || _written.TryGet(key, seen.SpecDigest, out var written) && written == wanted);
    }

    /// <summary>Creates it. Never anything that is there already: it might be somebody else's.</summary>
    public async Task CreateAsync(GatedKey key, ObjectKey owner, JsonObject spec, string? shardKey, CancellationToken cancellation)
    {
        var resource = Resource(key);
        var metadata = new JsonObject
        {
            ["name"] = key.Key.Name,
            ["namespace"] = key.Key.Namespace,
            ["annotations"] = new JsonObject { [GatedSourceAnnotations.GatedSource] = owner.Name },
        };
        if (shardKey is not null)
        {
            metadata["labels"] = new JsonObject { [FluxLabels.Shard] = shardKey };
        }

        var body = new JsonObject { ["apiVersion"] = resource.ApiVersion, ["kind"] = resource.Kind, ["metadata"] = metadata, ["spec"] = spec.DeepClone() };
        Keep(key, await api.CreateAsync<JsonNode>(resource, key.Key.Namespace, Bytes(body), static json => JsonNode.Parse(json)!, AsSources, cancellation), CanonicalJson.DigestOfSpec(spec));
    }

    /// <summary>Replaces the spec of one that is there, if it is still the one that was seen.</summary>
    /// <param name="key">The target.</param>
    /// <param name="seen">What was seen of it.</param>
    /// <param name="spec">What it is to be.</param>
    /// <param name="isCurrent">
    /// Whether that still is what is released. Asked between reading the target and writing it with the version that was read: a controller that was paused before must not take it back to
    /// what was released then.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>
    /// Whether it reads otherwise since: not where it was left as it is, nor where the API server has filled in again what it had filled in when it was written so before, by a controller that has ended.
    /// </returns>
    public async Task<bool> ReplaceAsync(GatedKey key, SeenTarget seen, JsonObject spec, Func<Task<bool>> isCurrent, CancellationToken cancellation)
    {
        var resource = Resource(key);
        var present = await api.GetAsync<JsonNode>(resource, key.Key, static json => JsonNode.Parse(json)!, cancellation);
        if ((string?)present["metadata"]?["uid"] != seen.Uid || (string?)present["metadata"]?["annotations"]?[GatedSourceAnnotations.GatedSource] != seen.Owner
            || !await isCurrent())
        {
            return false;
        }

        var wanted = spec.DeepClone().AsObject();
        if (present["spec"]?["suspend"] is { } suspend)
        {
            wanted["suspend"] = suspend.DeepClone();
        }

        var before = CanonicalJson.DigestOfSpec(present["spec"] as JsonObject ?? []);
        present["spec"] = wanted;
        var written = Keep(key, await api.UpdateAsync<JsonNode>(resource, key.Key, Bytes(present.AsObject()), AsSources, static json => JsonNode.Parse(json)!, cancellation), CanonicalJson.DigestOfSpec(spec));
        return written.SpecDigest != before;
    }

    /// <summary>Forgets one that nobody owns any more.</summary>
    public void Forget(GatedKey key)
    {
        _seen.Forget(key);
        _written.Forget(key);
    }

    private ApiResource Resource(GatedKey key) => objects.FindResource(key.Kind) ?? throw new InvalidOperationException($"The cluster does not serve {key.Kind.Kind}.");

    private SeenTarget Keep(GatedKey key, JsonNode target, string? written = null)
    {
        var seen = Read(key, target);
        _seen.Keep(key, seen.ResourceVersion, seen);
        if (written is not null && written != seen.SpecDigest)
        {
            _written.Keep(key, seen.SpecDigest, written);
        }

        return seen;
    }

    internal static SeenTarget Read(GatedKey key, JsonNode target)
    {
        var spec = target["spec"] as JsonObject ?? [];
        var (metadata, status) = (target["metadata"]!, target["status"]);
        var ready = (status?["conditions"] as JsonArray)?.FirstOrDefault(condition => (string?)condition?["type"] == "Ready");
        var generation = (long?)metadata["generation"];
        var isCurrent = (long?)status?["observedGeneration"] == generation;
        return new()
        {
            Exists = true,
            Uid = (string?)metadata["uid"] ?? "",
            ResourceVersion = (string?)metadata["resourceVersion"] ?? "",
            Owner = (string?)metadata["annotations"]?[GatedSourceAnnotations.GatedSource],
            SpecDigest = CanonicalJson.DigestOfSpec(spec),
            Pin = PinnedSpec.PinOf(key.Kind.Kind, spec),
            IsObserved = isCurrent,
            Revision = isCurrent ? (string?)status?["artifact"]?["revision"] : null,
            Digest = isCurrent ? (string?)status?["artifact"]?["digest"] : null,
            IsReady = isCurrent && (string?)ready?["status"] == "True" && ((long?)ready["observedGeneration"] ?? generation) == generation,
            Failure = isCurrent && (string?)ready?["status"] == "False" ? (string?)ready["message"] ?? "" : null,
            IsSuspended = SourceReader.IsSuspended(spec),
            HeldBy = (string?)metadata["annotations"]?[GatedAnnotations.HeldBy] is { Length: > 0 } gates ? gates : null,
            IsDeleting = metadata["deletionTimestamp"] is not null,
        };
    }

    private static ReadOnlyMemory<byte> Bytes(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());
}
