using Sluice.Gating.Gates;

namespace Sluice.Gating.Releases;

/// <summary>A candidate that was let through.</summary>
/// <param name="Candidate">What was released.</param>
/// <param name="At">When it was decided.</param>
/// <param name="By">Who approved it or opened its gates, as far as that is known.</param>
/// <param name="Reason">Why, as one CamelCase word.</param>
/// <param name="Message">What its gates said.</param>
public sealed record Release(Candidate Candidate, DateTimeOffset At, string? By, string Reason, string Message);
