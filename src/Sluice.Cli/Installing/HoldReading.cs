using Sluice.Api.Gated;
using Sluice.Api.Metadata;
using Sluice.Cli.Cluster;
using Sluice.Gating.Holds;
using Sluice.Gating.Time;

namespace Sluice.Cli.Installing;

/// <summary>What is seen of an object as far as holding and releasing it go, as the controller sees it.</summary>
internal static class HoldReading
{
    private static readonly string[] Suspend = ["f:spec", "f:suspend"];

    /// <summary>Reads it. Whether an attempt has finished is not read: a release does not ask for it.</summary>
    public static HoldObservation Of(FluxObject item)
    {
        var owners = (item.Metadata.ManagedFields ?? []).Where(entry => entry.Owns(Suspend)).ToLookup(IsSluice);
        return new()
        {
            IsSuspended = item.Spec.Suspend,
            OwnsSuspend = owners[true].Any(),
            OtherOwners = [.. owners[false].Select(entry => entry.Manager ?? "")],
            HeldBy = item.Annotation(GatedAnnotations.HeldBy),
            HeldSince = Rfc3339.TryParse(item.Annotation(GatedAnnotations.HeldSince), out var since) ? since : null,
            KeepSuspended = item.Annotation(GatedAnnotations.KeepSuspended)
                ?? (item.Annotation(GatedAnnotations.SuspendedBy) is { } person ? $"suspended by {person}" : null),
            ReleaseOnce = item.Annotation(GatedAnnotations.ReleaseOnce),
            ReleasingOnce = item.Annotation(GatedAnnotations.ReleasingOnce),
            ReleasedOnce = item.Annotation(GatedAnnotations.ReleasedOnce),
        };
    }

    private static bool IsSluice(ManagedFieldsEntry entry) => entry is { Manager: FieldManagers.Controller, Operation: "Apply" };
}
