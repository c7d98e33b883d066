using System.Net;
using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>
/// Writes the status as fluxcd/pkg/runtime/patch does: everything but the conditions as a merge patch of what changed, and the conditions one by one
/// onto the newest list, under an optimistic lock. So a condition that somebody else added (an approval) is never lost.
/// </summary>
internal sealed class StatusPatcher(ApiServer api, ResourceKind kind, TimeProvider time)
{
    private const int Tries = 5;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private readonly string _fieldManager = $"gotk-{FluxKinds.Controller(kind)}";

    public string FieldManager => _fieldManager;

    /// <summary>Brings the difference between two states of one object to the API server. An object that is gone needs no status.</summary>
    public async Task PatchAsync(JsonObject before, JsonObject after, CancellationToken cancellation)
    {
        var path = kind.Path(after.Name(), "status");
        try
        {
            var fields = Difference(before["status"] as JsonObject ?? [], after["status"] as JsonObject ?? []);
            if (fields.Count > 0)
                await api.PatchAsync(path, ApiServer.MergePatch, _fieldManager, new JsonObject { ["status"] = fields }, cancellation);
            await PatchConditionsAsync(path, before, after, cancellation);
        }
        catch (ApiException e) when (e.ObjectIsMissing)
        {
        }
    }

    /// <summary>A merge patch of the top-level fields that differ; null takes a field away.</summary>
    private static JsonObject Difference(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (key, value) in after)
        {
            if (key != "conditions" && !JsonNode.DeepEquals(value, before[key]))
                patch[key] = value?.DeepClone();
        }

        foreach (var (key, _) in before)
        {
            if (key != "conditions" && !after.ContainsKey(key))
                patch[key] = null;
        }

        return patch;
    }

    private async Task PatchConditionsAsync(string path, JsonObject before, JsonObject after, CancellationToken cancellation)
    {
        var types = Conditions.List(before.Copy()).Concat(Conditions.List(after.Copy())).Select(condition => condition.Text("type")!).Distinct();
        var changed = types.Where(type => !JsonNode.DeepEquals(Conditions.Find(before, type), Conditions.Find(after, type))).ToList();
        if (changed.Count == 0)
            return;

        var retry = FirstRetry;
        for (var attempt = 1; ; attempt++)
        {
            var latest = await api.GetAsync(kind.Path(after.Name()), cancellation);
            var list = Conditions.List(latest);
            foreach (var type in changed)
            {
                var wanted = Conditions.Find(after, type);
                var present = Conditions.Find(latest, type);
                if (wanted is null)
                    list.Remove(present);
                else if (present is null)
                    list.Add(wanted.DeepClone());
                else
                    list[list.IndexOf(present)] = wanted.DeepClone();
            }

            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = latest.Text("metadata", "resourceVersion") },
                ["status"] = new JsonObject { ["conditions"] = list.DeepClone() },
            };
            try
            {
                await api.PatchAsync(path, ApiServer.MergePatch, _fieldManager, patch, cancellation);
                return;
            }
            catch (ApiException e) when (e.Code == HttpStatusCode.Conflict && attempt < Tries)
            {
                await Task.Delay(retry, time, cancellation);
                retry *= 2;
            }
        }
    }
}
