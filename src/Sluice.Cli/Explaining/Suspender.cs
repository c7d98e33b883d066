using Sluice.Api.Gated;
using Sluice.Api.Metadata;
using Sluice.Cli.Cluster;

namespace Sluice.Cli.Explaining;

/// <summary>A field manager, other than Sluice's own, that owns an object's <c>spec.suspend</c>: what it set stays when Sluice lets go.</summary>
/// <param name="Manager">The field manager's name, such as <c>flux</c> or <c>kubectl-edit</c>.</param>
/// <param name="At">When it last wrote anything.</param>
internal sealed record Suspender(string Manager, DateTimeOffset? At)
{
    /// <summary>Who else has suspended an object; none while it is not suspended.</summary>
    public static IReadOnlyList<Suspender> Of(FluxObject item) => !item.Spec.Suspend ? [] :
    [
        .. (item.Metadata.ManagedFields ?? [])
            .Where(entry => entry.Manager != FieldManagers.Controller && entry.Owns(["f:spec", "f:suspend"]))
            .Select(entry => new Suspender(entry.Manager ?? "somebody", entry.Time)),
    ];

    /// <summary>Who wants an object suspended whatever its gates say, and why, as the end of a clause: while that is so it does not reconcile once either. Null: nobody does.</summary>
    public static string? WhyKept(FluxObject item) =>
        item.Annotation(GatedAnnotations.KeepSuspended) is { } kept ? $"is to be kept suspended (\"{kept}\")"
        : item.Annotation(GatedAnnotations.SuspendedBy) is { } user ? $"is suspended by '{user}' in Flux Operator's web page"
        : Of(item) is [_, ..] others ? $"is suspended by {Names(others)}, too"
        : null;

    /// <summary>Them, in a sentence.</summary>
    public static string Names(IEnumerable<Suspender> suspenders) => string.Join(", ", suspenders.Select(suspender => $"field manager '{suspender.Manager}'"));
}
