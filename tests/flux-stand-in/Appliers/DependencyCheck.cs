using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Appliers;

/// <summary><c>spec.dependsOn</c>: read from the API server each time, and never watched.</summary>
internal sealed class DependencyCheck(ApiServer api)
{
    /// <returns>Why a Kustomization has to wait, or null when all that it depends on is ready.</returns>
    public async Task<string?> FindObstacleAsync(Reconciliation run, JsonObject source, CancellationToken cancellation)
    {
        foreach (var reference in run.Spec.Objects("dependsOn").ToList())
        {
            var name = new ObjectName(reference.Text("namespace") ?? run.Name.Namespace, reference.Text("name")!);
            var dependency = await api.FindAsync(FluxKinds.Kustomization.Path(name), cancellation);
            if (dependency is null)
                return $"dependency '{name}' not found";
            if (reference.Text("readyExpr") is { Length: > 0 })
                return $"dependency '{name}': readyExpr is CEL, which the stand-in does not play";
            if (dependency.Number("status", "observedGeneration") != dependency.Generation() || !Conditions.IsTrue(dependency, Conditions.Ready))
                return $"dependency '{name}' is not ready";

            // The trap of Flux: what shares the source has to have applied its present revision, so that holding one holds all that depend on it.
            if (SourceOf(dependency) == SourceOf(run.Object) && dependency.Text("status", "lastAppliedRevision") != source.Text("status", "artifact", "revision"))
                return $"dependency '{name}' revision is not up to date";
        }

        return null;
    }

    /// <summary>Kind and full name of what a Kustomization applies from.</summary>
    public static (string? Kind, ObjectName Name) SourceOf(JsonObject kustomization)
    {
        var reference = kustomization.At("spec", "sourceRef");
        return (reference.Text("kind"), new ObjectName(reference.Text("namespace") ?? kustomization.Name().Namespace, reference.Text("name") ?? ""));
    }
}
