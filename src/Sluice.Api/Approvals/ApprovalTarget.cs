namespace Sluice.Api.Approvals;

/// <summary>The object whose candidate an approval is about.</summary>
public sealed record ApprovalTarget
{
    /// <summary>Its kind: <c>GatedSource</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Its namespace.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its identity: an approval is not for one of the same name in another cluster, or made anew.</summary>
    public string Uid { get; set; } = "";
}
