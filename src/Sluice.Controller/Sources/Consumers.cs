using Sluice.Controller.Gated;
using Sluice.Gating.Releases;

namespace Sluice.Controller.Sources;

/// <summary>What deploys from the targets of gated sources, as it is in the cache.</summary>
internal sealed class Consumers(GatedObjects objects)
{
    /// <summary>The consumers of a target.</summary>
    /// <param name="target">The target; null: there can be none.</param>
    /// <param name="revision">What is released.</param>
    public IReadOnlyList<Consumer> Of(GatedKey? target, string revision) =>
        target is { } key ? [.. objects.DeployingFrom(key).Select(found => new Consumer(found.Key.ToString(), State(found.Object), HasApplied(found.Object, revision)))] : [];

    /// <summary>The targets for whose health it matters that an object has changed: none for most changes.</summary>
    public static IEnumerable<string> Concerned(GatedObject? before, GatedObject? after) =>
        (before?.Uses, before?.Hold.IsSuspended) == (after?.Uses, after?.Hold.IsSuspended) ? []
        : new[] { before?.Uses?.Source, after?.Uses?.Source }.OfType<string>().Distinct();

    private static ConsumerState State(GatedObject consumer) =>
        consumer.Uses!.IsReady == false ? ConsumerState.Failed
        : consumer.Hold.IsSuspended ? ConsumerState.Suspended
        : consumer.Uses.IsReady is null ? ConsumerState.Progressing
        : ConsumerState.Ready;

    private static bool HasApplied(GatedObject consumer, string revision) => consumer.Uses!.Revision is { } applied && Revisions.IsSame(applied, revision);
}
