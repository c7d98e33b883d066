using System.Collections.Concurrent;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Controllers;

/// <summary>The counters of all objects, since the start.</summary>
internal sealed class ReconcileCounts(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Kind, ObjectName Name), ReconcileCount> _counts = new();

    public IReadOnlyList<ReconcileCount> All =>
        [.. _counts.Values.OrderBy(c => c.Kind, StringComparer.Ordinal).ThenBy(c => c.Namespace, StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal)];

    public void Started(string kind, ObjectName name) => Change(kind, name, count => count with { Started = count.Started + 1 });

    public ReconcileCount Finished(string kind, ObjectName name, string? revision) =>
        Change(kind, name, count => count with { Count = count.Count + 1, Revision = revision ?? count.Revision, LastAt = time.GetUtcNow() });

    public void Suspended(string kind, ObjectName name) => Change(kind, name, count => count with { Suspended = count.Suspended + 1 });

    private ReconcileCount Change(string kind, ObjectName name, Func<ReconcileCount, ReconcileCount> change) => _counts.AddOrUpdate(
        (kind, name),
        _ => change(new ReconcileCount(kind, name.Namespace, name.Name, 0, 0, 0, null, null)),
        (_, count) => change(count));
}
