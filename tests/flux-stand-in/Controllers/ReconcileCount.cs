namespace FluxStandIn.Controllers;

/// <summary>How often one object was looked at, for tests that ask whether a held object was left alone. One row of <c>/reconciles</c>.</summary>
/// <param name="Kind">Kind of the object.</param>
/// <param name="Namespace">Namespace of the object.</param>
/// <param name="Name">Name of the object.</param>
/// <param name="Started">Reconciliations that began: neither deleted nor suspended at that time.</param>
/// <param name="Count">Reconciliations that ended, well or badly.</param>
/// <param name="Suspended">Looks that ended at <c>spec.suspend</c>.</param>
/// <param name="Revision">The revision of the last reconciliation that ended, where the kind has one.</param>
/// <param name="LastAt">When the last reconciliation ended; null before the first.</param>
public sealed record ReconcileCount(
    string Kind, string Namespace, string Name, int Started, int Count, int Suspended, string? Revision, DateTimeOffset? LastAt);
