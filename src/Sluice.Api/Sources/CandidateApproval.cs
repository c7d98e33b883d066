namespace Sluice.Api.Sources;

/// <summary>One person's vote on a candidate, which counts.</summary>
public sealed record CandidateApproval
{
    /// <summary>How much of a reason is kept: the object has to stay small.</summary>
    public const int MaxReason = 256;

    /// <summary>The Approval that records it, in the gate's namespace.</summary>
    public string Name { get; set; } = "";

    /// <summary>The gate, as namespace/name.</summary>
    public string Gate { get; set; } = "";

    /// <summary>Who voted.</summary>
    public string Approver { get; set; } = "";

    /// <summary><c>approve</c> or <c>reject</c>.</summary>
    public string Decision { get; set; } = "";

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The first instant at which it no longer counts; unset: until it is revoked.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Why, in the words of who voted; the first <see cref="MaxReason"/> characters of it.</summary>
    public string? Reason { get; init; }

    /// <summary>The name of the gate's key that signed it; unset: the gate has none.</summary>
    public string? SignedBy { get; init; }
}
