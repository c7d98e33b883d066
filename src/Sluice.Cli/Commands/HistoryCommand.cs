using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Api.Gates;
using Sluice.Api.Sources;
using Sluice.Cli.Cluster;
using Sluice.Cli.Completion;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;
using Sluice.Gating.Requirements;
using Sluice.Gating.Time;

namespace Sluice.Cli.Commands;

/// <summary><c>history gatedsource/NAME</c> and <c>history gate/NAME</c>: what was released, or when a gate opened and closed; by whom, and why.</summary>
internal static class HistoryCommand
{
    private static readonly string[] GateWords = ["gate", "gates", "gt", "gate.gating.toolkit.fluxcd.io", "gates.gating.toolkit.fluxcd.io"];

    public static Command Create(Host host)
    {
        var name = new Argument<string>("KIND/NAME") { HelpName = "KIND/NAME", Description = "gatedsource/NAME or gate/NAME; -n says in which namespace" };
        name.CompletionSources.Add(new ClusterCompletions(host).WithHistory);
        var decisions = new Option<bool>("--decisions") { Description = "Show what was decided about a GatedSource: what came to wait, was rejected, released, refused, or waits no more" };
        var command = new Command("history", "Show what of a GatedSource was released, or when a gate opened and closed: by whom, and why") { name, decisions };
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, arguments.GetRequiredValue(name), arguments.GetValue(decisions), cancellation));
        return command;
    }

    /// <summary>The releases of a gated source, the newest first.</summary>
    public static TextTable Releases(IEnumerable<ReleaseRecord> history, DateTimeOffset now, bool wide)
    {
        var table = new TextTable(["REVISION", "DIGEST", "RELEASED", "BY", "REASON", .. wide ? ["MESSAGE"] : Array.Empty<string>()]);
        foreach (var record in history)
        {
            List<Cell> row = wide
                ? [record.Revision, record.Digest, Rfc3339.Format(record.At), record.By, record.Reason, record.Message]
                : [RevisionText.Short(record.Revision), RevisionText.Short(record.Digest), $"{RelativeTime.Age(record.At, now)} ago", record.By, record.Reason];
            table.Add([.. row]);
        }

        return table;
    }

    private static async Task<int> RunAsync(CommandContext context, string text, bool decisions, CancellationToken cancellation)
    {
        if (context.Format == OutputFormat.Name)
            throw CommandException.Usage("-o name makes no sense with history: expected table, wide, json or yaml");
        if (text.Split('/') is [var word, { Length: > 0 } gate] && GateWords.Contains(word, StringComparer.OrdinalIgnoreCase))
        {
            return decisions ? throw CommandException.Usage($"a gate has no decisions: leave out --decisions, or name a {GatedSourceNames.Singular}")
                : await GateAsync(context, GateNames.Parse(gate, context.Namespace), cancellation);
        }

        if (!GatedSourceNames.IsTyped(text))
            throw CommandException.Usage($"'{text}' has no history: expected {GatedSourceNames.Singular}/NAME or gate/NAME, for example {GatedSourceNames.Singular}/my-app");
        var json = await new Finder(context.Cluster).GatedSourceAsync(GatedSourceNames.Parse(text, context.Namespace), cancellation);
        var source = ClusterClient.ToGatedSource(json);
        if (context.IsForPrograms)
            context.Print(decisions ? (json["status"]?["decisions"] ?? new JsonArray()).DeepClone() : HistoryOf(json));
        else if (decisions && source.Status?.Decisions is { Count: > 0 } decided)
            Decisions(decided, context.Now, context.IsWide).Print(context.Terminal);
        else if (decisions)
            await context.Terminal.Error.WriteLineAsync(Printable.Line($"Nothing was decided about {source.Subject()} yet."));
        else if (source.Status?.History is { Count: > 0 } history)
            Releases(history, context.Now, context.IsWide).Print(context.Terminal);
        else
            await context.Terminal.Error.WriteLineAsync(Printable.Line($"Nothing of {source.Subject()} was released yet."));
        return ExitCodes.Ok;
    }

    private static async Task<int> GateAsync(CommandContext context, GateReference reference, CancellationToken cancellation)
    {
        var json = await new Finder(context.Cluster).GateAsync(reference, cancellation);
        if (context.IsForPrograms)
            context.Print(HistoryOf(json));
        else if (ClusterClient.ToGate(json).Status?.History is { Count: > 0 } history)
            Transitions(history, context.Now, context.IsWide).Print(context.Terminal);
        else
            await context.Terminal.Error.WriteLineAsync($"No transition of gate {reference} is known.");
        return ExitCodes.Ok;
    }

    private static TextTable Decisions(IEnumerable<SourceDecision> decided, DateTimeOffset now, bool wide)
    {
        var table = new TextTable(["DECISION", "REVISION", .. wide ? ["DIGEST"] : Array.Empty<string>(), "AT", "BY", "REASON", .. wide ? ["GATES", "MESSAGE"] : Array.Empty<string>()]);
        foreach (var entry in decided)
        {
            List<Cell> row = wide
                ? [entry.Decision, entry.Revision, entry.Digest, Rfc3339.Format(entry.At), entry.By, entry.Reason, string.Join(", ", entry.Gates?.Select(gate => $"{gate.Name}={gate.State}") ?? []), entry.Message]
                : [entry.Decision, entry.Revision is { } revision ? RevisionText.Short(revision) : null, $"{RelativeTime.Age(entry.At, now)} ago", entry.By, entry.Reason];
            table.Add([.. row]);
        }

        return table;
    }

    private static TextTable Transitions(IEnumerable<TransitionRecord> history, DateTimeOffset now, bool wide)
    {
        var table = new TextTable("TO", "AT", "BY", "REASON", "MESSAGE");
        foreach (var record in history)
        {
            table.Add(new Cell(record.To, record.To == GateStateNames.Opened ? Tone.Good : Tone.Waiting),
                wide ? Rfc3339.Format(record.At) : $"{RelativeTime.Age(record.At, now)} ago", record.By, record.Reason, record.Message);
        }

        return table;
    }

    private static JsonNode HistoryOf(JsonObject json) => (json["status"]?["history"] ?? new JsonArray()).DeepClone();
}
