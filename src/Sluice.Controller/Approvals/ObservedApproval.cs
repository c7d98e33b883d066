using System.Text.Json;
using Sluice.Api.Approvals;
using Sluice.Api.Serialization;
using Sluice.Controller.Caching;
using Sluice.Gating.Approvals;
using Sluice.Gating.Signatures;
using Sluice.Kubernetes;

namespace Sluice.Controller.Approvals;

/// <summary>An Approval as the API server has it, as a vote.</summary>
internal sealed class ObservedApproval : ICachedObject
{
    private SignatureCheck? _checked;

    public required ObjectKey Key { get; init; }

    public required string Uid { get; init; }

    public required string ResourceVersion { get; init; }

    /// <summary>The gate that it is for: the name in its own namespace, and the identity.</summary>
    public required ApprovalGate Gate { get; init; }

    /// <summary>What it is about.</summary>
    public required ApprovalTarget Target { get; init; }

    /// <summary>The object, for its signature: read again for each set of keys.</summary>
    public required PackedJson<Approval> Approval { get; init; }

    /// <summary>What it says.</summary>
    public required Vote Vote { get; init; }

    /// <summary>The gated source that it is about.</summary>
    public ObjectKey TargetKey => new(Target.Namespace, Target.Name);

    /// <summary>
    /// What it says under the rules of its gate, with its signature checked by their keys: once for an approval and keys, not at each look.
    /// </summary>
    public Vote Under(ApprovalRules? rules)
    {
        if (rules?.Keys is not { } keys)
        {
            return Vote;
        }

        var known = Volatile.Read(ref _checked);
        if (known?.Keys != keys.Fingerprint)
        {
            known = Approval.Unpack().CheckSignature(keys);
            Volatile.Write(ref _checked, known);
        }

        return Vote with { Signature = known };
    }

    /// <summary>Reads one. One that is being deleted is revoked, whatever finalizers keep it.</summary>
    public static ObservedApproval? Read(ReadOnlySpan<byte> json)
    {
        var approval = JsonSerializer.Deserialize(json, ApiJson.Default.Approval) ?? throw new JsonException("Expected an Approval and found null.");
        var (metadata, spec) = (approval.Metadata, approval.Spec);
        if (metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        return new()
        {
            Key = new(metadata.Namespace ?? "", metadata.Name),
            Uid = metadata.Uid ?? "",
            ResourceVersion = metadata.ResourceVersion ?? "",
            Gate = spec.Gate,
            Target = spec.Target,
            Approval = new(approval with { Metadata = metadata with { ManagedFields = null, Labels = null, Annotations = null } }, ApiJson.Default.Approval),
            Vote = approval.ToVote(),
        };
    }
}
