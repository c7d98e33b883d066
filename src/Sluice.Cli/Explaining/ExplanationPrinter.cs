using System.Text.Json.Nodes;
using Sluice.Cli.Output;
using Sluice.Gating.Time;

namespace Sluice.Cli.Explaining;

/// <summary>Explanations as text, or as JSON for programs.</summary>
internal static class ExplanationPrinter
{
    /// <summary>Prints the text.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="explanation">What to explain.</param>
    /// <param name="now">The present time, for ages.</param>
    /// <param name="wide">Times as they are instead of ages, and reasons.</param>
    public static void Print(Terminal terminal, Explanation explanation, DateTimeOffset now, bool wide)
    {
        terminal.WriteLine(Printable.Line(explanation.Headline), explanation.State switch
        {
            HoldState.NotHeld or HoldState.ReleasedOnce => Tone.Good,
            HoldState.NotGated => Tone.Plain,
            _ => Tone.Waiting,
        });
        if (explanation.Gates.Length > 0)
        {
            terminal.WriteLine();
            Table(explanation, now, wide).Print(terminal, indent: 2);
        }

        if (explanation.Notes.Length > 0)
            terminal.WriteLine();
        foreach (var note in explanation.Notes)
            terminal.WriteLine(Printable.Line(note));
        if (explanation.Next.Length == 0)
            return;
        terminal.WriteLine();
        terminal.WriteLine("What to do:");
        foreach (var (command, effect) in explanation.Next)
        {
            terminal.WriteLine("  " + Printable.Line(command));
            terminal.WriteLine("      " + Printable.Line(effect), Tone.Dim);
        }
    }

    /// <summary>The same for programs.</summary>
    public static JsonObject ToJson(Explanation explanation) => new()
    {
        ["object"] = explanation.Subject,
        ["state"] = explanation.State.ToString(),
        ["message"] = explanation.Headline,
        ["since"] = Text(explanation.Since),
        ["until"] = Text(explanation.Until),
        ["gates"] = new JsonArray([.. explanation.Gates.Select(gate => (JsonNode)new JsonObject
        {
            ["gate"] = gate.Gate,
            ["state"] = gate.State,
            ["reason"] = gate.Reason,
            ["message"] = gate.Message,
            ["since"] = Text(gate.Since),
            ["nextTransition"] = gate.Next is { } next ? new JsonObject { ["at"] = Text(next.At), ["to"] = next.To, ["reason"] = next.Reason } : null,
        })]),
        ["notes"] = new JsonArray([.. explanation.Notes.Select(note => (JsonNode)note)]),
        ["next"] = new JsonArray([.. explanation.Next.Select(step => (JsonNode)new JsonObject { ["command"] = step.Command, ["effect"] = step.Effect })]),
    };

    private static TextTable Table(Explanation explanation, DateTimeOffset now, bool wide)
    {
        var table = wide ? new TextTable("GATE", "STATE", "SINCE", "NEXT", "REASON", "MESSAGE") : new TextTable("GATE", "STATE", "SINCE", "NEXT", "MESSAGE");
        foreach (var gate in explanation.Gates)
        {
            List<Cell> cells = [gate.Gate, new Cell(gate.State, GateCondition.ToneOf(gate.State)), Times.Since(gate.Since, now, wide), Times.Next(gate.Next, now, wide)];
            if (wide)
                cells.Add(gate.Reason);
            table.Add([.. cells, gate.Message]);
        }

        return table;
    }

    private static string? Text(DateTimeOffset? at) => at is { } value ? Rfc3339.Format(value) : null;
}
