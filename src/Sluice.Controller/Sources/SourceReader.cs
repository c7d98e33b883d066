using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Api.Metadata;
using Sluice.Controller.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Sources;

/// <summary>Reads sources whole, which the cache of gated objects does not keep; and only when they have changed.</summary>
internal sealed class SourceReader(KubernetesApi api, GatedObjects objects)
{
    // Where tools that build artifacts say who made them: OCI image annotations, which source-controller copies into the artifact's metadata.
    private const string AuthorsMetadata = "org.opencontainers.image.authors";

    private readonly LatestByVersion<SeenSource> _seen = new();

    /// <summary>The source as the cache of gated objects has it; asks the API server if that is another version than the last.</summary>
    public async Task<SeenSource> ReadAsync(GatedKey key, CancellationToken cancellation) =>
        objects.TryGet(key, out var cached, out _) && _seen.TryGet(key, cached.ResourceVersion, out var seen) ? seen : await ReadFreshAsync(key, cancellation);

    /// <summary>The source as it is now.</summary>
    public async Task<SeenSource> ReadFreshAsync(GatedKey key, CancellationToken cancellation)
    {
        if (objects.FindResource(key.Kind) is not { } resource)
        {
            return SeenSource.Missing($"the cluster does not serve {key.Kind.Kind}: is Flux's source-controller installed?");
        }

        var source = await api.TryGetAsync<JsonNode>(resource, key.Key, static json => JsonNode.Parse(json)!, cancellation);
        if (source is null)
        {
            return SeenSource.Missing($"{key} does not exist");
        }

        var seen = Read(key, source);
        _seen.Keep(key, (string?)source["metadata"]?["resourceVersion"] ?? "", seen);
        return seen;
    }

    /// <summary>Forgets a source that nobody waits for.</summary>
    public void Forget(GatedKey key) => _seen.Forget(key);

    internal static SeenSource Read(GatedKey key, JsonNode source)
    {
        var (metadata, status) = (source["metadata"]!, source["status"]);
        var spec = source["spec"] as JsonObject ?? [];
        var text = CanonicalJson.OfSpec(spec);
        var artifact = status?["artifact"];
        var (revision, digest) = ((string?)artifact?["revision"], (string?)artifact?["digest"]);
        var isSuspended = IsSuspended(spec);
        var problem = FindProblem(key, metadata, isSuspended, status, string.IsNullOrEmpty(revision) || string.IsNullOrEmpty(digest));
        return new()
        {
            Exists = metadata["deletionTimestamp"] is null,
            Shown = string.IsNullOrEmpty(revision) || string.IsNullOrEmpty(digest) ? null : new(revision, digest, CanonicalJson.Digest(text)),
            IsCurrent = problem is null,
            IsSuspended = isSuspended,
            Problem = problem,
            Refusal = PinnedSpec.Refusal(key.Kind.Kind, spec) is { } refusal ? $"{key}: {refusal}" : null,
            Spec = text,
            ShardKey = (string?)metadata["labels"]?[FluxLabels.Shard],
            // Of what else than an OCI artifact source-controller writes none: who may patch statuses could have written it.
            Authors = key.Kind.Kind == SourceKinds.Oci && (string?)artifact?["metadata"]?[AuthorsMetadata] is { } authors ? [authors] : null,
        };
    }

    /// <summary>Whether a source is suspended.</summary>
    internal static bool IsSuspended(JsonObject spec) => spec["suspend"] is JsonValue suspend && suspend.TryGetValue(out bool isSuspended) && isSuspended;

    private static string? FindProblem(GatedKey key, JsonNode metadata, bool isSuspended, JsonNode? status, bool isEmpty)
    {
        if (metadata["deletionTimestamp"] is not null)
        {
            return $"{key} is being deleted";
        }

        if (isSuspended)
        {
            // source-controller observes the generations of what is suspended, the condition's too, and fetches nothing: the artifact may be of an earlier spec.
            return $"{key} is suspended, so whether its artifact is of its present spec is not known: "
                + ((string?)metadata["annotations"]?[GatedAnnotations.HeldBy] is { Length: > 0 } gates ? $"it is held by {gates}" : "resume it");
        }

        var generation = (long?)metadata["generation"];
        var ready = (status?["conditions"] as JsonArray)?.FirstOrDefault(condition => (string?)condition?["type"] == "Ready");
        if (ready is null || (long?)status?["observedGeneration"] != generation || (long?)ready["observedGeneration"] is { } observed && observed != generation)
        {
            return $"{key} is waiting for source-controller";
        }

        return (string?)ready["status"] != "True" ? $"{key} is not ready: {(string?)ready["message"]}"
            : isEmpty ? $"{key} has no artifact"
            : null;
    }
}
