using Sluice.Cli.Output;
using Sluice.Cli.Scheduling;
using Sluice.Gating.Gates;
using Sluice.Gating.Requirements;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Explaining;

/// <summary>Which windows have to do with a hold, and until when.</summary>
/// <param name="now">The present time.</param>
internal sealed class WindowNotes(DateTimeOffset now)
{
    /// <summary>A sentence for each gate with windows that does not let the object pass, and whose windows have a say in that.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="plans">The plans of the gates, as far as they are known.</param>
    public IEnumerable<string> Of(Hold hold, IReadOnlyDictionary<GateReference, GatePlan>? plans)
    {
        foreach (var gate in hold.Blocking.Where(gate => gate.NeedsRevision is null))
        {
            if (plans?.FirstOrDefault(plan => plan.Key.ToString() == gate.Gate).Value is { } plan)
            {
                foreach (var sentence in Sentences(gate, plan))
                    yield return $"Gate {gate.Gate}: {sentence}.";
            }
        }
    }

    private IEnumerable<string> Sentences(GateFinding gate, GatePlan plan)
    {
        var next = plan.After(now).FirstOrDefault();
        if (gate.State == GateCondition.Closing && next is not null)
            yield return $"{Cause.Of(plan, next)} at {RelativeTime.Both(next.At, now)}, and within its margin nothing new is released";
        // A closed gate waits for the end of these, or for a start.
        var closing = plan.Active(now).Where(active => active.Window.Action == WindowAction.Close).ToList();
        foreach (var (window, until) in closing)
        {
            yield return $"close window '{window.Name}' is active {(until is { } end ? $"until {RelativeTime.Both(end, now)}" : "for ever")}"
                + (string.IsNullOrEmpty(window.Description) ? "" : $" ({window.Description})");
        }

        if (gate.State == GateCondition.Closed && next is { To: GateState.Opened } opening && opening.Reason != GateReasons.CloseWindowEnded)
            yield return $"{Cause.Of(plan, opening)} at {RelativeTime.Both(opening.At, now)}";
    }
}
