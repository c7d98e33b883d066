using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Gating.Windows;

/// <summary>What can be understood about the windows of a gate, and is hardly meant.</summary>
public static class ScheduleWarnings
{
    /// <summary>The warnings, each a sentence for the owner of the gate; none for rules that cannot be understood.</summary>
    public static IEnumerable<string> Of(GateRules rules)
    {
        foreach (var window in rules.Schedule.Windows)
        {
            if (window.Times is not RecurringTimes recurring)
            {
                continue;
            }

            if (recurring.OverlapsItself)
            {
                yield return $"window '{window.Name}' overlaps itself: it starts again before its duration of {GoDuration.Format(recurring.Length)} has passed, and the stretches are merged";
            }
            else if (window.Action == WindowAction.Open && rules.Margin >= recurring.Length)
            {
                yield return $"window '{window.Name}' lasts {GoDuration.Format(recurring.Length)}, and spec.margin keeps all of that free of releases";
            }
        }
    }
}
