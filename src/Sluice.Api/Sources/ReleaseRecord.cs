namespace Sluice.Api.Sources;

/// <summary>A candidate that was let through.</summary>
public sealed record ReleaseRecord
{
    /// <summary>The revision as Flux writes it.</summary>
    public string Revision { get; set; } = "";

    /// <summary>The digest of its artifact.</summary>
    public string Digest { get; set; } = "";

    /// <summary>The digest of the source's spec that produced it.</summary>
    public string SpecDigest { get; set; } = "";

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who approved it or opened its gates, as far as that is known.</summary>
    public string? By { get; init; }

    /// <summary>Why, as one CamelCase word.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Who wrote it, as far as that was known when it was released.</summary>
    public IReadOnlyList<string>? Authors { get; init; }

    /// <summary>
    /// Since when everything that deploys it has been ready, without a break; unset: it is not, or was not when another release took its place.
    /// </summary>
    public DateTimeOffset? HealthySince { get; init; }

    /// <summary>When another release took its place, if it was healthy until then.</summary>
    public DateTimeOffset? HealthyUntil { get; init; }

    /// <summary>What its gates said.</summary>
    public string? Message { get; init; }
}
