using Sluice.Cli.Cluster;
using Sluice.Gating.Holds;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>Finds what Sluice holds, and lets it go in the controller's name, as the controller does when gates open.</summary>
internal sealed class HeldObjects(ClusterClient cluster, TimeProvider time)
{
    private const int Attempts = 10;

    /// <summary>What is held, of every kind that can be suspended: whatever kinds the controller was told to hold.</summary>
    public async Task<IReadOnlyList<HeldObject>> FindAsync(CancellationToken cancellation)
    {
        List<HeldObject> held = [];
        foreach (var resource in await KindsAsync(cancellation))
        {
            var objects = await cluster.TryListAsync(resource, inNamespace: null, cancellation) ?? [];
            held.AddRange(objects.Select(json => HeldObject.Of(resource, json)).Where(item => item.IsHeld(time.GetUtcNow())));
        }

        return held;
    }

    /// <summary>Lets one object go; the object as it was then, or null when it is gone, or let go already.</summary>
    public async Task<HeldObject?> ReleaseAsync(HeldObject item, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WriteAsync(item, cancellation);
                return item;
            }
            catch (KubernetesApiException e) when ((e.IsConflict || e.IsNotFound) && attempt < Attempts)
            {
                // Deleted, or changed since it was read, as Flux does all the time: a person may have suspended it meanwhile.
                if (await cluster.TryGetAsync(item.Resource, item.Key, cancellation) is not { } json)
                    return null;
                item = HeldObject.Of(item.Resource, json);
                if (!item.IsHeld(time.GetUtcNow()))
                    return null;
            }
        }
    }

    private async Task WriteAsync(HeldObject item, CancellationToken cancellation)
    {
        var plan = item.Plan(time.GetUtcNow());
        var latest = item;
        if (plan.TakeOver is { } first)
            latest = await WriteAsync(latest, first, cancellation);
        latest = await WriteAsync(latest, plan.Intent, cancellation);
        if (plan.Intent.Claim(latest.Seen) is { } claim)
            await WriteAsync(await WriteAsync(latest, claim, cancellation), plan.Intent, cancellation);
    }

    private async Task<HeldObject> WriteAsync(HeldObject item, HoldIntent intent, CancellationToken cancellation)
    {
        var body = HoldApply.Write(item.Resource, item.Key, item.Item.Metadata.Uid ?? "", item.Item.Metadata.ResourceVersion, intent);
        return HeldObject.Of(item.Resource, await cluster.ApplyHoldAsync(item.Resource, item.Key, body, cancellation));
    }

    private async Task<IReadOnlyList<ApiResource>> KindsAsync(CancellationToken cancellation)
    {
        var definitions = await cluster.TryListAsync(InstallKinds.Definitions, inNamespace: null, cancellation) ?? [];
        return [.. definitions.Select(DefinedKind.Of).OfType<DefinedKind>().Where(kind => kind.CanBeSuspended).Select(kind => kind.Resource)];
    }
}
