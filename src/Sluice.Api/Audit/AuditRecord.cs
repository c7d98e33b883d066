namespace Sluice.Api.Audit;

/// <summary>One decision, as an auditor asks for it: who, what, which gates in which state, why, when. Absent members are not written.</summary>
public sealed record AuditRecord
{
    /// <summary>When it was decided.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was decided, in the word of its Event: <c>GateOpened</c>, <c>Released</c>, <c>Held</c>, …</summary>
    public required string Decision { get; init; }

    /// <summary>What was decided about; null for what concerns the log itself.</summary>
    public AuditObject? Object { get; init; }

    /// <summary>The revision that was decided about, as Flux writes it.</summary>
    public string? Revision { get; init; }

    /// <summary>The digest of its artifact.</summary>
    public string? Digest { get; init; }

    /// <summary>The digest of the source's spec that it was made with.</summary>
    public string? SpecDigest { get; init; }

    /// <summary>The gates that were asked, and what they said.</summary>
    public IReadOnlyList<AuditGate> Gates { get; init; } = [];

    /// <summary>The votes that were counted.</summary>
    public IReadOnlyList<AuditApproval> Approvals { get; init; } = [];

    /// <summary>Who asked for it, as far as that is known.</summary>
    public string? By { get; init; }

    /// <summary>Why, as one CamelCase word.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, as a sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>
    /// The decision about the same object that was written before and, as far as is known, was not carried out, since this one was made instead.
    /// </summary>
    public string? Overtakes { get; init; }

    /// <summary>What a write that was cut off left in the file before this line; only of a line that closes it off.</summary>
    public TornBytes? Torn { get; init; }
}
