using System.Text.Json.Nodes;
using FluxStandIn.Controllers;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Appliers;

/// <summary>
/// The part of kstatus that matters here: an object is Current when its controller has seen its generation, is not at work on it, and
/// calls it Ready. Kinds without conditions (a ConfigMap) are Current at once.
/// </summary>
internal static class HealthCheck
{
    public static bool IsCurrent(JsonObject obj)
    {
        if (obj.Text("metadata", "deletionTimestamp") is not null)
            return false;
        if (obj.Number("status", "observedGeneration") is { } observed && observed != obj.Generation())
            return false;
        if (Conditions.IsTrue(obj, Conditions.Reconciling) || Conditions.IsTrue(obj, Conditions.Stalled))
            return false;
        if (Conditions.Find(obj, Conditions.Ready) is { } ready && ready.Text("status") != "True")
            return false;
        return obj.Text("kind") switch
        {
            "Deployment" or "StatefulSet" => (obj.Number("status", "readyReplicas") ?? 0) >= (obj.Number("spec", "replicas") ?? 1),
            "Job" => Conditions.IsTrue(obj, "Complete"),
            "Namespace" => obj.Text("status", "phase") is null or "Active",
            _ => true,
        };
    }
}
