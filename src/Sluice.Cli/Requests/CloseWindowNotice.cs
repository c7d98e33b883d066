using Sluice.Api.Gates;
using Sluice.Cli.Output;
using Sluice.Cli.Scheduling;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Requests;

/// <summary>Why a request to open has opened nothing: a close window is stronger. Which one, until when, and what overrides it.</summary>
internal static class CloseWindowNotice
{
    /// <summary>The notice, in three lines.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="plan">Its plan; null where that cannot be made.</param>
    /// <param name="said">What the gate says itself.</param>
    /// <param name="revision">The revision or digest that it was asked to open for alone; null: for everything.</param>
    /// <param name="program">How commands begin.</param>
    /// <param name="now">The present time.</param>
    public static string Of(Gate gate, GatePlan? plan, string? said, string? revision, string program, DateTimeOffset now)
    {
        var name = $"{gate.Metadata.Namespace}/{gate.Metadata.Name}";
        var windows = plan?.Active(now).Where(active => active.Window.Action == WindowAction.Close)
            .Select(active => $"'{active.Window.Name}' {(active.Until is { } end ? $"until {RelativeTime.Both(end, now)}" : "for ever")}").ToList() ?? [];
        var which = windows switch
        {
            [] => $"a close window is stronger than a request to open: {said}",
            [var only] => $"close window {only} is stronger than a request to open",
            _ => $"close windows are stronger than a request to open: {string.Join(", ", windows)}",
        };
        var then = plan is null ? ""
            : plan.After(now).FirstOrDefault() is { } next ? $"\nif nobody does anything, it is {GateStateNames.Of(next.To)} at {RelativeTime.Both(next.At, now)}"
            : "\nnothing is scheduled to open it after that";
        return $"gate {name} has taken the request and stays closed: {which}{then}\n"
            + $"to open it all the same: {program} open {gate.Metadata.Name} -n {gate.Metadata.Namespace}{(string.IsNullOrEmpty(revision) ? "" : $" --revision {ShellWord.Of(revision)}")} --override --reason TEXT";
    }
}
