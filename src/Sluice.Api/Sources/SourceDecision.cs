using Sluice.Api.Audit;

namespace Sluice.Api.Sources;

/// <summary>One decision about a gated source: what its Event and its line in the audit log say.</summary>
public sealed record SourceDecision
{
    /// <summary>How many are kept.</summary>
    public const int KeptLength = 20;

    /// <summary>How much of a text is kept: the object has to stay small.</summary>
    public const int MaxText = 1024;

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was decided, in the word of its Event.</summary>
    public string Decision { get; set; } = "";

    /// <summary>The revision that was decided about.</summary>
    public string? Revision { get; init; }

    /// <summary>The digest of its artifact.</summary>
    public string? Digest { get; init; }

    /// <summary>The digest of the source's spec that produced it.</summary>
    public string? SpecDigest { get; init; }

    /// <summary>The gates that were asked, and what they said.</summary>
    public IReadOnlyList<AuditGate>? Gates { get; init; }

    /// <summary>Who asked for it, as far as that is known.</summary>
    public string? By { get; init; }

    /// <summary>Why, as one CamelCase word.</summary>
    public string? Reason { get; init; }

    /// <summary>Why, in a sentence; the first <see cref="MaxText"/> characters of it.</summary>
    public string? Message { get; init; }

    /// <summary>The entry of a decision that is written to the audit log as <paramref name="record"/>.</summary>
    public static SourceDecision Of(AuditRecord record) => new()
    {
        At = record.At,
        Decision = record.Decision,
        Revision = Cut(record.Revision),
        Digest = record.Digest,
        SpecDigest = record.SpecDigest,
        Gates = record.Gates.Count == 0 ? null : record.Gates,
        By = Cut(record.By),
        Reason = record.Reason,
        Message = Cut(record.Message),
    };

    /// <summary>The beginning of a text, of at most so many characters; not through the middle of one.</summary>
    public static string? Cut(string? text, int length = MaxText) =>
        text is null || text.Length <= length ? text : $"{text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)]}…";
}
