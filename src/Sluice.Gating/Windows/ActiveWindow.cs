namespace Sluice.Gating.Windows;

/// <summary>What all windows of one action come to at one instant.</summary>
/// <param name="Window">The active one; of several the first in the order of the spec. <see langword="null"/> when none is.</param>
/// <param name="NamedUntil">Until when that is the one to name, or until when none is active; <see langword="null"/>: for ever.</param>
/// <param name="Until">Until when at least one is active without a break, or none is; <see langword="null"/>: for ever.</param>
internal readonly record struct ActiveWindow(Window? Window, DateTimeOffset? NamedUntil, DateTimeOffset? Until);
