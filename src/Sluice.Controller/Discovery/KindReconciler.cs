using System.Collections.Concurrent;
using Sluice.Api.Gated;
using Sluice.Controller.Gated;
using Sluice.Kubernetes;

namespace Sluice.Controller.Discovery;

/// <summary>Follows the kinds that can be held for as long as their definitions are installed.</summary>
/// <param name="definitions">The custom resource definitions of the cluster.</param>
/// <param name="served">Finds where a kind is served.</param>
/// <param name="objects">Starts and stops following it.</param>
/// <param name="crdNames">The definitions to look for.</param>
internal sealed class KindReconciler(ObjectCache<ObservedDefinition> definitions, ServedKinds served, GatedObjects objects, IReadOnlySet<string> crdNames)
{
    private readonly ConcurrentDictionary<string, GatedKind> _known = new();

    /// <summary>Whether a definition is one of those to look for.</summary>
    public bool Concerns(string crdName) => crdNames.Contains(crdName);

    /// <summary>Looks at one definition.</summary>
    public async Task<ReconcileResult> ReconcileAsync(string crdName, CancellationToken cancellation)
    {
        if (!definitions.TryGet(new("", crdName), out _))
        {
            if (_known.TryRemove(crdName, out var gone))
            {
                await objects.UnfollowAsync(gone);
            }

            return ReconcileResult.Done;
        }

        if (await served.FindAsync(crdName, cancellation) is not { } found)
        {
            return ReconcileResult.After(TimeSpan.FromSeconds(1));
        }

        _known[crdName] = found.Kind;
        await objects.FollowAsync(found.Kind, found.Resource, await served.HasSuspendAsync(crdName, found.Resource.Version, cancellation));
        return ReconcileResult.Done;
    }
}
