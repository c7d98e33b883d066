using System.Text.Json;
using Sluice.Api.Bindings;
using Sluice.Api.Metadata;
using Sluice.Api.Serialization;
using Sluice.Controller.Gated;
using Sluice.Controller.Notifications;
using Sluice.Controller.Statuses;
using Sluice.Gating.Gates;
using Sluice.Kubernetes;

namespace Sluice.Controller.Bindings;

/// <summary>
/// Keeps a binding's status true: what it has matched, whether it holds what Flux or Sluice is deployed by, and whether what it selects is not born held.
/// </summary>
/// <param name="api">The API server.</param>
/// <param name="bindings">The bindings.</param>
/// <param name="objects">The objects that they select.</param>
/// <param name="lifelines">What Flux and Sluice are deployed by.</param>
/// <param name="room">Which bindings find no room in the webhook.</param>
/// <param name="seesAll">
/// Whether those are all objects that a binding of either kind can select. Who sees some of them says nothing of what is matched: each would
/// write something else over what the others have written, for ever.
/// </param>
/// <param name="notifier">Tells of what happens.</param>
/// <param name="time">The clock.</param>
internal sealed class BindingReconciler(
    KubernetesApi api, GateBindings bindings, GatedObjects objects, Lifelines lifelines, WebhookRoom room, Func<BindingKey, bool> seesAll, Notifier notifier, TimeProvider time)
{
    private const int SampleLength = 10;
    private const string HoldsItsOwn = nameof(HoldsItsOwn);
    private const string NoRoomForWebhook = nameof(NoRoomForWebhook);

    private readonly WholeStatus<ObservedBinding, GateBindingStatus> _ofNamespace = Statuses(api, GateBindings.Resource);
    private readonly WholeStatus<ObservedBinding, GateBindingStatus> _ofCluster = Statuses(api, GateBindings.ClusterResource);

    /// <summary>Looks at one binding.</summary>
    public async Task<ReconcileResult> ReconcileAsync(BindingKey key, CancellationToken cancellation)
    {
        if (bindings.Find(key) is not { } observed)
        {
            return ReconcileResult.Done;
        }

        var before = observed.Binding.Status;
        var status = Look(observed, seesAll(key));
        if (before is not null && Same(status, before))
        {
            return ReconcileResult.Done;
        }

        try
        {
            bindings.Observe(key, await (key.IsClusterWide ? _ofCluster : _ofNamespace).WriteAsync(key.Key, Body(observed, status), status, once: false, cancellation));
        }
        catch (KubernetesApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone or changed, and the watch will say so.
            return new() { Retry = true };
        }

        if (status.FindCondition(ConditionTypes.Ready) is { Reason: HoldsItsOwn } warned && before?.FindCondition(ConditionTypes.Ready)?.Message != warned.Message)
        {
            Warn(observed, HoldsItsOwn, warned.Message);
        }

        if (status.FindCondition(ConditionTypes.BornHeld) is { } lacking && before?.FindCondition(ConditionTypes.BornHeld) is null)
        {
            Warn(observed, NoRoomForWebhook, lacking.Message);
        }

        return ReconcileResult.Done;
    }

    private GateBindingStatus Look(ObservedBinding observed, bool seesAll)
    {
        var before = observed.Binding.Status;
        var matched = bindings.Select(observed, objects).Select(found => found.Key).OrderBy(key => key.Kind.Kind, StringComparer.Ordinal)
            .ThenBy(key => key.Key.ToString(), StringComparer.Ordinal).ToList();
        var own = seesAll ? lifelines.Among(matched).Select(Name).ToList() : [];
        return new()
        {
            ObservedGeneration = observed.Binding.Metadata.Generation ?? -1,
            Matched = seesAll ? new() { Count = matched.Count, Sample = [.. matched.Take(SampleLength).Select(Name)] } : before?.Matched,
            Conditions = [.. Conditions()],
        };

        IEnumerable<Condition> Conditions()
        {
            yield return Condition.Next(
                before?.FindCondition(ConditionTypes.Ready), ConditionTypes.Ready, "True", own.Count == 0 ? GateReasons.ReconciliationSucceeded : HoldsItsOwn,
                own.Count == 0
                    ? "Binding is in force"
                    : $"Binding is in force, with a warning: it holds {string.Join(", ", own)}, by which Flux or Sluice is deployed. While it is held, neither can be changed through Git; spec.exclude takes it out",
                observed.Binding.Metadata.Generation, time.GetUtcNow());

            // What another leader has seen stands until this one has seen it, too.
            var was = before?.FindCondition(ConditionTypes.BornHeld);
            if (room.WhyNot(new(observed.IsClusterWide, observed.Key)) is { } why)
            {
                yield return Condition.Next(was, ConditionTypes.BornHeld, "False", NoRoomForWebhook, why, observed.Binding.Metadata.Generation, time.GetUtcNow());
            }
            else if (!room.IsKnown && was is not null)
            {
                yield return was;
            }
        }
    }

    private void Warn(ObservedBinding observed, string reason, string message) => notifier.Send(new()
    {
        ApiVersion = Api.ApiGroup.ApiVersion,
        Kind = observed.Binding.Kind,
        Key = observed.Key,
        Uid = observed.Uid,
        ResourceVersion = observed.ResourceVersion,
        IsWarning = true,
        Reason = reason,
        Message = message,
        Gates = string.Join(',', observed.Gates),
    });

    private static WholeStatus<ObservedBinding, GateBindingStatus> Statuses(KubernetesApi api, ApiResource resource) => new(
        api, resource, json => ObservedBinding.Read(json, resource.Kind), written => written.Binding.Status, (wanted, found) => found is null || !Same(wanted, found), ApiJson.Default.GateBindingStatus);

    private static string Name(GatedKey key) => $"{key.Kind.Kind} {key.Key}";

    // Records compare their lists by reference.
    private static bool Same(GateBindingStatus status, GateBindingStatus before) =>
        status.ObservedGeneration == before.ObservedGeneration
        && status.Matched?.Count == before.Matched?.Count
        && (status.Matched?.Sample ?? []).SequenceEqual(before.Matched?.Sample ?? [])
        && (status.Conditions ?? []).SequenceEqual(before.Conditions ?? []);

    private static ReadOnlyMemory<byte> Body(ObservedBinding observed, GateBindingStatus status) => JsonSerializer.SerializeToUtf8Bytes(
        new GateBindingStatusApply
        {
            Kind = observed.Binding.Kind,
            Metadata = new() { Name = observed.Key.Name, Namespace = observed.IsClusterWide ? null : observed.Key.Namespace, Uid = observed.Uid, ResourceVersion = observed.ResourceVersion },
            Status = status,
        },
        ApiJson.Default.GateBindingStatusApply);
}
