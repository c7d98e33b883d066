using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>The annotations and the finalizer that all controllers of Flux share.</summary>
internal static class Annotations
{
    public const string RequestedAt = "reconcile.fluxcd.io/requestedAt";
    public const string Finalizer = "finalizers.fluxcd.io";

    /// <summary>The token of the last request to reconcile: any change of it triggers, and it is not a time.</summary>
    public static string? RequestedAtOf(JsonObject obj) => obj.Annotation(RequestedAt);
}
