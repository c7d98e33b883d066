namespace Sluice.Api.Sources;

/// <summary>What one gate says to a candidate.</summary>
public sealed record CandidateGate
{
    /// <summary>The gate's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The gate's namespace.</summary>
    public string Namespace { get; set; } = "";

    /// <summary><c>opened</c> or <c>closed</c>, to this candidate.</summary>
    public string State { get; set; } = "";

    /// <summary>Why, as one CamelCase word.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Why, in a sentence.</summary>
    public string? Message { get; init; }

    /// <summary>The next change of the gate that is known.</summary>
    public Gates.NextTransition? NextTransition { get; init; }

    /// <summary>How many people must approve there; unset: the gate wants no approvals.</summary>
    public int? Required { get; init; }
}
