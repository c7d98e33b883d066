using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Api.Metadata;
using Sluice.Api.Sources;
using Sluice.Cli.Cluster;
using Sluice.Cli.Completion;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;

namespace Sluice.Cli.Commands;

/// <summary><c>get gatedsources [NAME...]</c>: the gated sources, what of each is released, and what waits.</summary>
internal static class GetGatedSourcesCommand
{
    public static Command Create(Host host, Option<bool> showManagedFields)
    {
        var names = new Argument<string[]>("NAME") { HelpName = "NAME", Description = "Only these GatedSources", Arity = ArgumentArity.ZeroOrMore };
        names.CompletionSources.Add(new ClusterCompletions(host).GatedSources);
        var command = new Command("gatedsources", "List GatedSources: what of each is released, and what waits") { names };
        command.Aliases.Add("gatedsource");
        command.Aliases.Add("gsrc");
        host.SetAction(command, (context, arguments, cancellation) =>
            RunAsync(context, arguments.GetValue(names) ?? [], arguments.GetValue(showManagedFields), cancellation));
        return command;
    }

    /// <summary>The table.</summary>
    public static TextTable Table(IEnumerable<GatedSource> sources, DateTimeOffset now, bool withNamespace, bool wide)
    {
        List<string> header = ["NAME", "SOURCE", "RELEASED", "CANDIDATE", "SINCE", "READY", .. wide ? ["TARGET", "AGE"] : Array.Empty<string>(), "MESSAGE"];
        if (withNamespace)
            header.Insert(0, "NAMESPACE");
        var table = new TextTable([.. header]);
        foreach (var source in sources.OrderBy(source => source.Metadata.Namespace, StringComparer.Ordinal).ThenBy(source => source.Metadata.Name, StringComparer.Ordinal))
        {
            var (status, ready) = (source.Status, source.Status?.FindCondition(ConditionTypes.Ready));
            List<Cell> row =
            [
                source.Metadata.Name,
                $"{source.Spec.SourceRef.Kind.ToLowerInvariant()}/{source.Spec.SourceRef.Name}",
                Shown(status?.Released?.Revision, wide),
                Shown(status?.Candidate?.Revision, wide),
                Times.Since(status?.Candidate?.Since, now, wide),
                new Cell(ready?.Status ?? "Unknown", ready switch { { IsTrue: true } => Tone.Good, { Status: "False" } => Tone.Bad, _ => Tone.Waiting }),
            ];
            if (wide)
                row.AddRange([source.Spec.Target.Name, Times.Since(source.Metadata.CreationTimestamp, now, wide)]);
            row.Add(Message(status, ready, wide));
            table.Add(withNamespace ? [source.Metadata.Namespace, .. row] : [.. row]);
        }

        return table;
    }

    private static string Shown(string? revision, bool wide) => revision is null ? "" : wide ? revision : RevisionText.Short(revision);

    // What is wrong comes before what waits.
    private static string Message(GatedSourceStatus? status, Condition? ready, bool wide) =>
        ready is null ? "sluice-controller has not looked at it yet" : Shown((ready.IsTrue ? status!.FindCondition(ConditionTypes.Approved) ?? ready : ready).Message, wide);

    private static async Task<int> RunAsync(CommandContext context, string[] names, bool showManagedFields, CancellationToken cancellation)
    {
        if (names.Length > 0 && context.AllNamespaces)
            throw CommandException.Usage("a GatedSource cannot be got by name across all namespaces: leave -A out, or write NAMESPACE/NAME");
        var finder = new Finder(context.Cluster);
        IReadOnlyList<JsonObject> found = names.Length == 0
            ? await finder.GatedSourcesAsync(context.AllNamespaces ? null : context.Namespace, cancellation)
            : await Task.WhenAll(names.Select(name => finder.GatedSourceAsync(GatedSourceNames.Parse(name, context.Namespace), cancellation)));
        if (context.IsForPrograms)
        {
            var printer = new ObjectPrinter(context, showManagedFields);
            if (found is [var only] && names.Length == 1)
                printer.Print(ClusterClient.GatedSources, only);
            else
                printer.Print([.. found.Select(source => (ClusterClient.GatedSources, source))]);
        }
        else if (found.Count == 0)
        {
            await context.Terminal.Error.WriteLineAsync($"No GatedSources found{(context.AllNamespaces ? "" : $" in namespace '{context.Namespace}'; -A looks in all")}.");
        }
        else
        {
            var sources = found.Select(ClusterClient.ToGatedSource).ToList();
            var manyNamespaces = context.AllNamespaces || sources.DistinctBy(source => source.Metadata.Namespace).Count() > 1;
            Table(sources, context.Now, manyNamespaces, context.IsWide).Print(context.Terminal);
        }

        return ExitCodes.Ok;
    }
}
