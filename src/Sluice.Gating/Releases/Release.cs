using Sluice.Gating.Gates;

namespace Sluice.Gating.Releases;

/// <summary>A candidate that was let through.</summary>
/// <param name="Candidate">What was released.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">Who approved it or opened its gates, as far as that is known.</param>
/// <param name="Reason">Why, as one CamelCase word.</param>
/// <param name="Message">What its gates said.</param>
public sealed record Release(Candidate Candidate, DateTimeOffset At, string? By, string Reason, string Message)
{
    /// <summary>The <see cref="Reason"/> of one that goes back to an earlier one.</summary>
    public const string Rollback = nameof(Rollback);

    /// <summary>Who wrote it, as far as that was known when it was released; <see langword="null"/>: it was not.</summary>
    public IReadOnlyList<string>? Authors { get; init; }

    /// <summary>Since when it has been healthy without a break; <see langword="null"/>: it is not, or was not when the next one took its place.</summary>
    public DateTimeOffset? HealthySince { get; init; }

    /// <summary>When another one took its place, if it was healthy until then; <see langword="null"/>: it was not, or it is the one in force.</summary>
    public DateTimeOffset? HealthyUntil { get; init; }
}
