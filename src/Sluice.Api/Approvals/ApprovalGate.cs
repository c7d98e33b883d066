namespace Sluice.Api.Approvals;

/// <summary>The gate that an approval is for.</summary>
public sealed record ApprovalGate
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its identity: an approval is not for a gate of the same name in another cluster, or made anew.</summary>
    public string Uid { get; set; } = "";
}
