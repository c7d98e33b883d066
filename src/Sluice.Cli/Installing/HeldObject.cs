using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Cli.Cluster;
using Sluice.Gating.Holds;
using Sluice.Kubernetes;

namespace Sluice.Cli.Installing;

/// <summary>An object that Sluice holds.</summary>
/// <param name="Resource">Its kind.</param>
/// <param name="Item">What is read of it.</param>
internal sealed record HeldObject(ApiResource Resource, FluxObject Item)
{
    /// <summary>Its name.</summary>
    public ObjectKey Key => new(Item.Metadata.Namespace ?? "", Item.Metadata.Name);

    /// <summary>What is seen of it.</summary>
    public HoldObservation Seen { get; } = HoldReading.Of(Item);

    /// <summary>Reads of the JSON of an object what a hold is made of, and no more: the rest of a foreign kind need not look like Flux's.</summary>
    public static HeldObject Of(ApiResource resource, JsonObject json) => new(resource, new FluxObject
    {
        Metadata = json["metadata"]!.Deserialize(CliJson.Default.ObjectMeta)!,
        Spec = new() { Suspend = (bool?)(json["spec"] as JsonObject)?["suspend"] == true },
    });

    /// <summary>What lets it go as if its gates were opened.</summary>
    public HoldPlan Plan(DateTimeOffset now) => HoldPlan.Of(Seen, isApproved: true, heldBy: "", now);

    /// <summary>Whether there is a hold to give up. A suspension that Sluice keeps up for a person is none.</summary>
    public bool IsHeld(DateTimeOffset now) => Plan(now).Change is HoldChange.Release or HoldChange.Keep;

    /// <summary>What becomes of it, after its name.</summary>
    public string Outcome => !Seen.IsSuspended ? "is let go; it is not suspended"
        : Seen.KeepSuspended is { } reason ? $"stays suspended: {reason}"
        : !Seen.OtherOwners.IsEmpty ? $"stays suspended, as field manager '{string.Join("', '", Seen.OtherOwners)}' has it"
        : "is released";

    /// <inheritdoc />
    public override string ToString() => Resource.Describe(Key);
}
