using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>One run over one object: the object as it was read at the start, changed in memory, and written back by <see cref="PatchAsync"/>.</summary>
internal sealed class Reconciliation(JsonObject obj, StatusPatcher patcher, TimeProvider time)
{
    private JsonObject _written = obj.Copy();

    public JsonObject Object => obj;

    public ObjectName Name { get; } = obj.Name();

    public JsonNode? Spec => obj["spec"];

    public JsonObject Status => obj.Child("status");

    public void Ready(string status, string reason, string message) => Set(Conditions.Ready, status, reason, message);

    public void Reconciling(string reason, string message) => Set(Conditions.Reconciling, "True", reason, message);

    public void Set(string type, string status, string reason, string message) => Conditions.Set(obj, type, status, reason, message, time.GetUtcNow());

    /// <summary>
    /// Flux's finalizeStatus: takes note of the request (a suspended object <b>consumes</b> it), and a failure that will be tried again
    /// is Reconciling with reason ProgressingWithRetry.
    /// </summary>
    public void Finish()
    {
        if (Annotations.RequestedAtOf(obj) is { } token)
            Status["lastHandledReconcileAt"] = token;
        if (Conditions.IsTrue(obj, Conditions.Ready))
            Conditions.Remove(obj, Conditions.Reconciling);
        else if (Conditions.IsFalse(obj, Conditions.Ready) && Conditions.Find(obj, Conditions.Reconciling) is { } reconciling)
            Reconciling("ProgressingWithRetry", reconciling.Text("message")!);
    }

    public async Task PatchAsync(CancellationToken cancellation)
    {
        await patcher.PatchAsync(_written, obj, cancellation);
        _written = obj.Copy();
    }
}
