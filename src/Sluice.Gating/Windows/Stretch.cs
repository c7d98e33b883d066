namespace Sluice.Gating.Windows;

/// <summary>What a window is at one instant, and for how long that is certain.</summary>
/// <param name="IsActive">Whether the instant lies in the window.</param>
/// <param name="Until">
/// The instant up to which, and without which, nothing changes: the end of the merged occurrences, or the next start.
/// <see langword="null"/>: for ever. A window that overlaps itself for years on end may give an earlier instant, at which to ask again.
/// </param>
public readonly record struct Stretch(bool IsActive, DateTimeOffset? Until);
