using Sluice.Gating.Gates;

namespace Sluice.Gating.Releases;

/// <summary>A candidate that has not been released.</summary>
/// <param name="Candidate">What it is.</param>
/// <param name="Since">Since when it waits.</param>
/// <param name="Supersedes">The revision that waited before it, if one did; its approvals do not pass this one.</param>
/// <param name="IsRollback">Whether a person asked to go back to it; else it is what the source offers.</param>
public sealed record Waiting(Candidate Candidate, DateTimeOffset Since, string? Supersedes, bool IsRollback = false);
