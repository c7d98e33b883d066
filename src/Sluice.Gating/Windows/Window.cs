namespace Sluice.Gating.Windows;

/// <summary>A stretch of time, mostly one that comes again and again, in which a gate is opened or closed by schedule.</summary>
/// <param name="Name">Its name, one of its kind in the gate.</param>
/// <param name="Action">What it does to the gate.</param>
/// <param name="Times">When it is active.</param>
/// <param name="Description">What it is for, in the words of its owner.</param>
public sealed record Window(string Name, WindowAction Action, WindowTimes Times, string? Description = null);
