using System.Text.Json.Nodes;
using Sluice.Api.Metadata;
using Sluice.Api.Gated;
using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>
/// Keeps the <c>Approved</c> condition of gated objects true to what their gates say. Flux's condition lists are atomic, and other
/// controllers write them: the whole list is read, changed in one place and written with a merge patch that fails if anything
/// changed meanwhile; never with server-side apply, which would take the list from its owners.
/// </summary>
internal sealed class ApprovedReconciler(KubernetesApi api, GatedObjects objects, GateEvaluator gates, TimeProvider time)
{
    private static readonly WriteOptions StatusOptions = new() { FieldManager = FieldManagers.Controller, Subresource = "status" };

    /// <summary>Whether the condition of <paramref name="gated"/> says something else than its gates.</summary>
    public bool IsOutdated(GatedKey key, GatedObject gated) => Wanted(key.Kind, gated) != gated.Approved;

    /// <summary>Writes the condition, if it is not as it should be.</summary>
    public async Task<ReconcileResult> ReconcileAsync(GatedKey key, CancellationToken cancellation)
    {
        if (!objects.TryGet(key, out var gated, out var resource) || !IsOutdated(key, gated))
        {
            return ReconcileResult.Done;
        }

        if (!gates.CanTell(key.Kind, gated, time.GetUtcNow()))
        {
            return ReconcileResult.After(GateEvaluator.Pause);
        }

        var latest = await api.TryGetAsync(resource, gated.Key, static json => JsonNode.Parse(json)!, cancellation);
        if (latest is null || (string?)latest["metadata"]?["uid"] != gated.Uid)
        {
            // Gone, or another of the same name; but only the watch is believed, as in HoldReconciler.
            return new() { Retry = true };
        }

        var conditions = Change(latest["status"]?["conditions"] as JsonArray, Wanted(key.Kind, gated), time.GetUtcNow());
        if (conditions is null)
        {
            return ReconcileResult.Done;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = (string?)latest["metadata"]!["resourceVersion"], ["uid"] = gated.Uid },
            ["status"] = new JsonObject { ["conditions"] = conditions },
        };
        try
        {
            var written = await api.MergePatchAsync(
                resource, gated.Key, System.Text.Encoding.UTF8.GetBytes(patch.ToJsonString()), StatusOptions, GatedObjectReader.Read, cancellation);
            objects.Observe(key.Kind, written);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return new() { Retry = true };
        }
        catch (KubernetesApiException e) when (e.IsConflict)
        {
            // Somebody wrote between the read and the write, as Flux does all the time: read again.
            return ReconcileResult.After(TimeSpan.FromMilliseconds(200));
        }

        return ReconcileResult.Done;
    }

    private ApprovedCondition? Wanted(GatedKind kind, GatedObject gated) =>
        gates.Evaluate(kind, gated, time.GetUtcNow()) switch
        {
            { IsGated: false } => null,
            { IsApproved: false } decision when objects.WhyUnheld(kind, gated) is { } why => new("False", CannotHold.Reason, $"{decision.Message} NOT HELD: {why}"),
            var decision => new(decision.IsApproved ? "True" : "False", decision.Reason, decision.Message),
        };

    /// <summary>The whole list with the condition as wanted, every other one as it was; null when there is nothing to change.</summary>
    private static JsonArray? Change(JsonArray? latest, ApprovedCondition? wanted, DateTimeOffset now)
    {
        var conditions = latest?.DeepClone() as JsonArray ?? [];
        var present = conditions.FirstOrDefault(condition => (string?)condition?["type"] == ConditionTypes.Approved);
        if (wanted is null)
        {
            return present is not null && conditions.Remove(present) ? conditions : null;
        }

        var since = (string?)present?["status"] == wanted.Status ? (string?)present?["lastTransitionTime"] : null;
        var condition = new JsonObject
        {
            ["lastTransitionTime"] = since ?? Rfc3339.Format(Rfc3339.WholeSecond(now)),
            ["message"] = wanted.Message,
            ["reason"] = wanted.Reason,
            ["status"] = wanted.Status,
            ["type"] = ConditionTypes.Approved,
        };
        if (present is null)
        {
            conditions.Add((JsonNode)condition);
            return conditions;
        }

        if (JsonNode.DeepEquals(present, condition))
        {
            return null;
        }

        conditions[conditions.IndexOf(present)] = condition;
        return conditions;
    }
}
