using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Sluice.Api.Metadata;
using Sluice.Kubernetes;

namespace Sluice.Controller.Statuses;

/// <summary>
/// Writes the status of an object of Sluice's own kinds, whole. An apply leaves in place what another manager owns, as whoever restored it from a backup
/// does: a candidate that was released long ago would go on waiting, and a window that is over would go on being believed. That is taken away by a second write.
/// </summary>
internal static class WholeStatus
{
    private static readonly ApplyOptions StatusOptions = new(FieldManagers.Controller) { Force = true, Subresource = "status" };
    private static readonly WriteOptions TakeOverOptions = new() { FieldManager = FieldManagers.Controller, Subresource = "status" };

    /// <summary>Writes a status; gives the object as the API server has it then.</summary>
    /// <param name="api">The API server.</param>
    /// <param name="resource">The kind of the object.</param>
    /// <param name="key">The object.</param>
    /// <param name="body">What is applied, with the version that was decided about: a controller that was paused must not write over what another has decided since.</param>
    /// <param name="wanted">The status in it.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="findOther">The status that an answer has; null where that is no other than what is wanted.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="cancellation">Ends it, perhaps between the two writes: the next look goes on.</param>
    /// <exception cref="KubernetesApiException">It was not written, or not whole; a conflict where the object has changed since it was decided about.</exception>
    public static async Task<T> WriteAsync<T, TStatus>(
        KubernetesApi api, ApiResource resource, ObjectKey key, ReadOnlyMemory<byte> body, TStatus wanted, ObjectDecoder<T> read, Func<T, TStatus?> findOther, JsonTypeInfo<TStatus> type,
        CancellationToken cancellation)
        where T : ICachedObject
        where TStatus : class
    {
        var written = await api.ApplyAsync(resource, key, body, StatusOptions, read, cancellation);
        if (findOther(written) is not { } found)
        {
            return written;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = written.Uid, ["resourceVersion"] = written.ResourceVersion },
            ["status"] = MergePatch.Between(Json(found), Json(wanted)),
        };
        return await api.MergePatchAsync(resource, key, Encoding.UTF8.GetBytes(patch.ToJsonString()), TakeOverOptions, read, cancellation);

        JsonObject Json(TStatus status) => JsonSerializer.SerializeToNode(status, type)!.AsObject();
    }
}
