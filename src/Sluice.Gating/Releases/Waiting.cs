using Sluice.Gating.Gates;

namespace Sluice.Gating.Releases;

/// <summary>A candidate that has not been released.</summary>
/// <param name="Candidate">What it is.</param>
/// <param name="Since">Since when it waits.</param>
/// <param name="Supersedes">The revision that waited before it, if one did; its approvals do not pass this one.</param>
/// <param name="IsRollback">Whether a person asked to go back to it; else it is what the source offers.</param>
/// <param name="SetAsideBefore">What was set aside before a person asked to go back to anything, which it is again when that is given up; <see langword="null"/>: nothing was.</param>
/// <param name="RequestedBy">Who asked to go back to it, as far as that is known.</param>
public sealed record Waiting(Candidate Candidate, DateTimeOffset Since, string? Supersedes, bool IsRollback = false, Candidate? SetAsideBefore = null, string? RequestedBy = null);
