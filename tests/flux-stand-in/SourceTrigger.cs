using System.Text.Json.Nodes;
using FluxStandIn.Appliers;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn;

/// <summary>
/// Enqueues what deploys from a source whose artifact has another revision. A change of the digest alone triggers nothing, as in Flux. A HelmRelease is
/// looked at, too, when its source becomes ready.
/// </summary>
internal static class SourceTrigger
{
    public static void Connect(Controller sources, Controller kustomizations) => sources.Changed += (before, after) =>
    {
        var revision = after.Text("status", "artifact", "revision");
        if (revision is null || revision == before.Text("status", "artifact", "revision"))
            return;

        foreach (var kustomization in kustomizations.Objects)
        {
            if (DependencyCheck.SourceOf(kustomization) == ("GitRepository", after!.Name()) && !IsDone(kustomization, revision))
                kustomizations.Enqueue(kustomization.Name());
        }
    };

    public static void ConnectReleases(Controller sources, Controller releases) => sources.Changed += (before, after) =>
    {
        var revision = after.Text("status", "artifact", "revision");
        if (revision is null || (revision == before.Text("status", "artifact", "revision") && !(before is not null && !Conditions.IsTrue(before, Conditions.Ready) && Conditions.IsTrue(after!, Conditions.Ready))))
            return;

        foreach (var release in releases.Objects)
        {
            if (HelmReleaseReconciler.SourceOf(release) == (sources.Kind.Kind, after!.Name()))
                releases.Enqueue(release.Name());
        }
    };

    private static bool IsDone(JsonObject kustomization, string revision) =>
        Conditions.IsTrue(kustomization, Conditions.Ready) && kustomization.Text("status", "lastAttemptedRevision") == revision;
}
