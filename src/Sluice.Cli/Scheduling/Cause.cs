using Sluice.Gating.Gates;

namespace Sluice.Cli.Scheduling;

/// <summary>Why a gate changes its state, in words that name the window.</summary>
internal static class Cause
{
    /// <summary>A clause: <c>window 'nightly' starts</c>, <c>close windows 'a' and 'b' end</c>, <c>the open request ends</c>.</summary>
    public static string Of(GatePlan plan, Transition transition)
    {
        if (plan.Behind(transition) is { Count: > 0 } windows)
        {
            var starts = transition.Reason is GateReasons.OpenWindowStarted or GateReasons.CloseWindowStarted;
            var closes = transition.Reason is GateReasons.CloseWindowStarted or GateReasons.CloseWindowEnded;
            var names = windows.Select(window => $"'{window.Name}'").ToList();
            var verb = starts ? "start" : "end";
            var subject = (closes ? "close " : "") + (windows.Count == 1 ? "window" : "windows");
            var named = names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";
            return $"{subject} {named} {verb}{(windows.Count == 1 ? "s" : "")}";
        }

        return transition.Reason switch
        {
            GateReasons.RequestExpired => $"the {(plan.At(transition.At.AddTicks(-1)).State == GateState.Opened ? "open" : "close")} request ends",
            GateReasons.OverrideExpired => "the emergency override ends",
            GateReasons.Requested => "a request was made",
            var other => other,
        };
    }
}
