using System.Text.Json.Nodes;
using Sluice.Api.Gated;
using Sluice.Kubernetes;

namespace Sluice.Cli.Suspending;

/// <summary>What is written to suspend an object, to let go of it again, and to let it reconcile once.</summary>
internal static class SuspendPatch
{
    /// <summary>
    /// For server-side apply: <c>spec.suspend</c> and the annotation become this program's own. Apply makes it an owner even where Sluice has
    /// suspended the object already; with any other kind of patch the same value would change nothing, and the next release would undo it.
    /// </summary>
    /// <param name="resource">The object's kind.</param>
    /// <param name="key">The object.</param>
    /// <param name="uid">Its uid, so that an object that was deleted meanwhile is not created anew.</param>
    /// <param name="reason">Why.</param>
    public static JsonObject Suspend(ApiResource resource, ObjectKey key, string? uid, string reason)
    {
        var body = LetGo(resource, key, uid);
        body["metadata"]!["annotations"] = new JsonObject { [GatedAnnotations.KeepSuspended] = reason };
        body["spec"] = new JsonObject { ["suspend"] = true };
        return body;
    }

    /// <summary>For server-side apply: this program owns nothing of the object any more. What others own, Sluice's hold included, stays.</summary>
    /// <param name="resource">The object's kind.</param>
    /// <param name="key">The object.</param>
    /// <param name="uid">Its uid.</param>
    public static JsonObject LetGo(ApiResource resource, ObjectKey key, string? uid) => new()
    {
        ["apiVersion"] = resource.ApiVersion,
        ["kind"] = resource.Kind,
        ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace, ["uid"] = uid },
    };

    /// <summary>
    /// A merge patch that removes what others have left to keep the object suspended, or null when there is nothing. <c>spec.suspend</c> is
    /// left alone while Sluice holds the object: that is not for this program to lift.
    /// </summary>
    /// <param name="keepsSuspended">Whether the annotation is still there.</param>
    /// <param name="suspendedBy">Whether Flux Operator's annotation is there.</param>
    /// <param name="suspend">Whether <c>spec.suspend</c> is to be removed.</param>
    public static JsonObject? Clear(bool keepsSuspended, bool suspendedBy, bool suspend)
    {
        var patch = new JsonObject();
        if (keepsSuspended || suspendedBy)
        {
            var annotations = new JsonObject();
            if (keepsSuspended)
                annotations[GatedAnnotations.KeepSuspended] = null;
            if (suspendedBy)
                annotations[GatedAnnotations.SuspendedBy] = null;
            patch["metadata"] = new JsonObject { ["annotations"] = annotations };
        }

        if (suspend)
            patch["spec"] = new JsonObject { ["suspend"] = false };
        return patch.Count == 0 ? null : patch;
    }

    /// <summary>A merge patch that lets a held object reconcile once.</summary>
    /// <param name="token">Any text that was not used before.</param>
    public static JsonObject ReleaseOnce(string token) =>
        new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [GatedAnnotations.ReleaseOnce] = token } } };
}
