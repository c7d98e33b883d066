using System.Globalization;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Scheduling;

/// <summary>What is allowed in a gate's schedule and seldom meant.</summary>
/// <param name="plan">The gate's plan.</param>
/// <param name="times">The zone that is shown.</param>
internal sealed class PlanWarnings(GatePlan plan, ShownTime times)
{
    /// <summary>How far a window is looked for; a freeze in November may well be written down in January.</summary>
    private const int Days = 366;

    /// <summary>How many opened stretches are compared with the margin.</summary>
    private const int MaxStretches = 500;

    /// <summary>The warnings, a sentence each.</summary>
    /// <param name="from">The instant from which the schedule is shown.</param>
    public IEnumerable<string> From(DateTimeOffset from)
    {
        foreach (var (index, window) in plan.Rules.Schedule.Windows.Index())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"spec.windows[{index}]");
            if (ScheduleWarnings.Overlap(window) is { } overlap)
                yield return $"{path}: {overlap}";
            if (window.Times.At(from) is { IsActive: false } idle && !(idle.Until < from.AddDays(Days)))
            {
                yield return idle.Until is { } start
                    ? $"{path}: window '{window.Name}' is not active in the year to come: it starts at {times.Of(start)}"
                    : $"{path}: window '{window.Name}' is never active again";
            }
        }

        if (plan.Rules.Margin is { } margin && TooShort(from, margin) is { End: { } end } stretch)
        {
            yield return $"spec.margin: the gate is opened at {times.Of(stretch.Start)} for {GoDuration.Format(end - stretch.Start)}, which is no longer than the margin of {GoDuration.Format(margin)}: "
                + "nothing new is ever released in a stretch like that";
        }
    }

    // One that has begun already may be longer than what is left of it.
    private OpenedStretch? TooShort(DateTimeOffset from, TimeSpan margin)
    {
        var found = plan.Opened(from, from.AddDays(Days)).Take(MaxStretches).FirstOrDefault(stretch => stretch.Start > from
            && stretch.Closing is { Reason: GateReasons.OpenWindowEnded or GateReasons.CloseWindowStarted } closing && closing.At - stretch.Start <= margin);
        return found.End is null ? null : found;
    }
}
