using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Api.Gates;
using Sluice.Cli.Cluster;
using Sluice.Cli.Completion;
using Sluice.Cli.Explaining;
using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>get gates [NAME...]</c>: the gates, opened or closed, and what comes next.</summary>
internal static class GetGatesCommand
{
    public static Command Create(Host host, Option<bool> showManagedFields)
    {
        var names = new Argument<string[]>("NAME") { HelpName = "NAME", Description = "Only these gates", Arity = ArgumentArity.ZeroOrMore };
        names.CompletionSources.Add(new ClusterCompletions(host).Gates);
        var command = new Command("gates", "List gates: opened or closed, until when, and how many objects they hold") { names };
        command.Aliases.Add("gate");
        command.Aliases.Add("gt");
        host.SetAction(command, (context, arguments, cancellation) =>
            RunAsync(context, arguments.GetValue(names) ?? [], arguments.GetValue(showManagedFields), cancellation));
        return command;
    }

    /// <summary>The table.</summary>
    public static TextTable Table(IEnumerable<Gate> gates, DateTimeOffset now, bool withNamespace, bool wide)
    {
        List<string> header = ["NAME", "STATE", "NEXT", "HELD", "AGE", .. wide ? ["REASON", "DEFAULT", "WINDOW", "REQUESTED BY"] : Array.Empty<string>(), "MESSAGE"];
        if (withNamespace)
            header.Insert(0, "NAMESPACE");
        var table = new TextTable([.. header]);
        foreach (var gate in gates.OrderBy(gate => gate.Metadata.Namespace, StringComparer.Ordinal).ThenBy(gate => gate.Metadata.Name, StringComparer.Ordinal))
        {
            var condition = GateCondition.Of(gate);
            List<Cell> row =
            [
                gate.Metadata.Name,
                new Cell(condition.State, condition.Tone),
                Times.Next(gate.Status?.NextTransition, now, wide),
                (gate.Status?.Held ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture),
                Times.Since(gate.Metadata.CreationTimestamp, now, wide),
            ];
            if (wide)
                row.AddRange([condition.Reason, gate.Spec.Default ?? GateStateNames.Closed, gate.Spec.Window, gate.Status?.RequestedBy]);
            row.Add(condition.Message);
            table.Add(withNamespace ? [gate.Metadata.Namespace, .. row] : [.. row]);
        }

        return table;
    }

    private static async Task<int> RunAsync(CommandContext context, string[] names, bool showManagedFields, CancellationToken cancellation)
    {
        if (names.Length > 0 && context.AllNamespaces)
            throw CommandException.Usage("a gate cannot be got by name across all namespaces: leave -A out, or write NAMESPACE/NAME");
        var finder = new Finder(context.Cluster);
        IReadOnlyList<JsonObject> found = names.Length == 0
            ? await finder.GatesAsync(context.AllNamespaces ? null : context.Namespace, cancellation)
            : await Task.WhenAll(names.Select(name => finder.GateAsync(GateNames.Parse(name, context.Namespace), cancellation)));
        if (context.IsForPrograms)
        {
            var printer = new ObjectPrinter(context, showManagedFields);
            if (found is [var only] && names.Length == 1)
                printer.Print(ClusterClient.Gates, only);
            else
                printer.Print([.. found.Select(gate => (ClusterClient.Gates, gate))]);
        }
        else if (found.Count == 0)
        {
            await context.Terminal.Error.WriteLineAsync($"No gates found{(context.AllNamespaces ? "" : $" in namespace '{context.Namespace}'; -A looks in all")}.");
        }
        else
        {
            var gates = found.Select(ClusterClient.ToGate).ToList();
            var manyNamespaces = context.AllNamespaces || gates.DistinctBy(gate => gate.Metadata.Namespace).Count() > 1;
            Table(gates, context.Now, manyNamespaces, context.IsWide).Print(context.Terminal);
        }

        return ExitCodes.Ok;
    }
}
