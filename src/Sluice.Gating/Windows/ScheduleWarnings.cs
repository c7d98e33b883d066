using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Gating.Windows;

/// <summary>What can be understood about the windows of a gate, and is hardly meant.</summary>
public static class ScheduleWarnings
{
    /// <summary>The warning about a window that overlaps itself; null for one that does not.</summary>
    public static string? Overlap(Window window) => window.Times is RecurringTimes { OverlapsItself: true } recurring
        ? $"window '{window.Name}' overlaps itself: it starts again before its duration of {GoDuration.Format(recurring.Length)} has passed, and the stretches are merged"
        : null;

    /// <summary>The warnings, each a sentence for the owner of the gate; none for rules that cannot be understood.</summary>
    public static IEnumerable<string> Of(GateRules rules)
    {
        foreach (var window in rules.Schedule.Windows)
        {
            if (Overlap(window) is { } overlap)
            {
                yield return overlap;
            }
            else if (window is { Action: WindowAction.Open, Times: RecurringTimes recurring } && rules.Margin >= recurring.Length)
            {
                yield return $"window '{window.Name}' lasts {GoDuration.Format(recurring.Length)}, and spec.margin keeps all of that free of releases";
            }
        }
    }
}
