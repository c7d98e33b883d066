using System.Text.Json.Nodes;
using Sluice.Api.Gates;
using Sluice.Cli.Output;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Cli.Scheduling;

/// <summary>Whether a gate is opened at one instant, and why.</summary>
/// <param name="plan">The gate's plan.</param>
/// <param name="at">The instant.</param>
internal sealed class InstantAnswer(GatePlan plan, DateTimeOffset at)
{
    private const int LabelWidth = 9;

    private readonly GateDecision _decision = plan.At(at);

    /// <summary>0 where it is opened, 1 where it is closed.</summary>
    public int ExitCode => _decision.State == GateState.Opened ? ExitCodes.Opened : ExitCodes.Closed;

    /// <summary>Prints it for people.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="times">The zone that is shown.</param>
    /// <param name="now">The present time.</param>
    public void Print(Terminal terminal, ShownTime times, DateTimeOffset now)
    {
        var verb = at > now ? "will be " : at == now ? "is " : "was ";
        new TextLine().Add(Printable.Line($"Gate {plan.Name} {verb}")).Add(SchedulePrinter.StateCell(_decision.State).Text, SchedulePrinter.StateCell(_decision.State).Tone)
            .Add($" at {times.Of(at)}{(at > now ? $" ({RelativeTime.Until(at, now)})" : at < now ? $" ({RelativeTime.Age(at, now)} ago)" : "")}.").Print(terminal);
        terminal.WriteLine();
        WrappedText.Print(terminal, "Reason", LabelWidth, _decision.Reason);
        WrappedText.Print(terminal, "Message", LabelWidth, "", _decision.Message);
        var label = "Active";
        foreach (var (window, until) in plan.Active(at))
        {
            var ends = until is { } end ? $"until {times.Of(end)}" : "for ever";
            WrappedText.Print(terminal, label, LabelWidth, "", $"{(window.Action == WindowAction.Close ? "close " : "")}window '{window.Name}' {ends}{(window.Description is { Length: > 0 } what ? $": {what}" : "")}");
            label = "";
        }

        if (label.Length > 0)
            WrappedText.Print(terminal, label, LabelWidth, "", "no window");
        var next = plan.After(at).FirstOrDefault();
        WrappedText.Print(terminal, "Next", LabelWidth, "", next is null ? "nothing is scheduled to change that"
            : $"{GateStateNames.Of(next.To)} at {times.Of(next.At)}: {Cause.Of(plan, next)}");
    }

    /// <summary>The same for programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["gate"] = plan.Name,
        ["at"] = Rfc3339.Format(at),
        ["state"] = GateStateNames.Of(_decision.State),
        ["reason"] = _decision.Reason,
        ["message"] = _decision.Message,
        ["admitsReleases"] = _decision.AdmitsReleases,
        ["activeWindows"] = new JsonArray([.. plan.Active(at).Select(active => (JsonNode)new JsonObject
        {
            ["name"] = active.Window.Name,
            ["action"] = active.Window.Action == WindowAction.Open ? "open" : "close",
            ["until"] = active.Until is { } until ? Rfc3339.Format(until) : null,
        })]),
        ["nextTransition"] = plan.After(at).FirstOrDefault() is { } next ? ScheduleJson.Of(plan, next) : null,
    };
}
