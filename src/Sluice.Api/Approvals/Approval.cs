using Sluice.Api.Metadata;

namespace Sluice.Api.Approvals;

/// <summary>
/// One person's recorded decision on one candidate for one gate, in the gate's namespace. It cannot be changed, only deleted. That its approver
/// is who created it, and may approve at the gate, is what admission demands.
/// </summary>
public sealed record Approval
{
    /// <summary>The kind's name.</summary>
    public const string KindName = "Approval";

    /// <summary>The group and version.</summary>
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;

    /// <summary>The kind.</summary>
    public string Kind { get; set; } = KindName;

    /// <summary>Name, namespace and what the API server keeps.</summary>
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The decision.</summary>
    public ApprovalSpec Spec { get; set; } = new();
}
