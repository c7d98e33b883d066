using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Sluice.Api.Metadata;
using Sluice.Kubernetes;

namespace Sluice.Controller.Statuses;

/// <summary>
/// Writes the statuses of one of Sluice's own kinds, whole. An apply leaves in place what another manager owns, as whoever restored it from a backup
/// does: a candidate that was released long ago would go on waiting, and a window that is over would go on being believed. That is taken away by a second write.
/// </summary>
/// <param name="api">The API server.</param>
/// <param name="resource">The kind.</param>
/// <param name="read">Reads an answer.</param>
/// <param name="statusOf">The status that an answer has, without what others than Sluice own by right.</param>
/// <param name="differ">Whether a status is another than the one that an answer has.</param>
/// <param name="type">How it is written.</param>
internal sealed class WholeStatus<T, TStatus>(
    KubernetesApi api, ApiResource resource, ObjectDecoder<T> read, Func<T, TStatus?> statusOf, Func<TStatus, TStatus?, bool> differ, JsonTypeInfo<TStatus> type)
    where T : ICachedObject
    where TStatus : class, new()
{
    private static readonly ApplyOptions StatusOptions = new(FieldManagers.Controller) { Force = true, Subresource = "status" };
    private static readonly WriteOptions TakeOverOptions = new() { FieldManager = FieldManagers.Controller, Subresource = "status" };

    /// <summary>Writes a status; gives the object as the API server has it then.</summary>
    /// <param name="key">The object.</param>
    /// <param name="body">What is applied, with the version that was decided about: a controller that was paused must not write over what another has decided since.</param>
    /// <param name="wanted">The status in it.</param>
    /// <param name="once">Whether it is not sent again when the API server asks to wait, see <see cref="WriteOptions.Once"/>.</param>
    /// <param name="cancellation">Ends it, perhaps between the two writes: the next look goes on.</param>
    /// <exception cref="KubernetesApiException">It was not written, or not whole; a conflict where the object has changed since it was decided about.</exception>
    public async Task<T> WriteAsync(ObjectKey key, ReadOnlyMemory<byte> body, TStatus wanted, bool once, CancellationToken cancellation)
    {
        var written = await api.ApplyAsync(resource, key, body, once ? StatusOptions with { Once = true } : StatusOptions, read, cancellation);
        var found = statusOf(written);
        if (!differ(wanted, found))
        {
            return written;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = written.Uid, ["resourceVersion"] = written.ResourceVersion },
            ["status"] = MergePatch.Between(Json(found ?? new()), Json(wanted)),
        };
        return await api.MergePatchAsync(resource, key, Encoding.UTF8.GetBytes(patch.ToJsonString()), TakeOverOptions, read, cancellation);
    }

    private JsonObject Json(TStatus status) => JsonSerializer.SerializeToNode(status, type)!.AsObject();
}
