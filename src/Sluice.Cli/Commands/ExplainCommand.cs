using System.CommandLine;
using Sluice.Cli.Approving;
using Sluice.Cli.Cluster;
using Sluice.Cli.Explaining;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;
using Sluice.Cli.Scheduling;

namespace Sluice.Cli.Commands;

/// <summary><c>explain KIND/NAME</c>: why an object is held, by which gates, since when and until when, and what to do.</summary>
internal static class ExplainCommand
{
    public static Command Create(Host host)
    {
        var name = ObjectArgument.CreateWithSources(host);
        var command = new Command("explain", "Say why an object is held: by which gates, since when, until when, and what to do");
        name.AddTo(command);
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, name, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ObjectArgument name, ParseResult arguments, CancellationToken cancellation)
    {
        var text = name.Text(arguments);
        if (context.Format == OutputFormat.Name)
            throw CommandException.Usage("-o name makes no sense with explain: expected table, wide, json or yaml");
        Print(context, GatedSourceNames.IsTyped(text) ? await ExplainSourceAsync(context, text, cancellation) : await ExplainObjectAsync(context, name, arguments, cancellation));
        return ExitCodes.Ok;
    }

    private static async Task<Explanation> ExplainSourceAsync(CommandContext context, string text, CancellationToken cancellation)
    {
        var source = ClusterClient.ToGatedSource(await new Finder(context.Cluster).GatedSourceAsync(GatedSourceNames.Parse(text, context.Namespace), cancellation));
        return new SourceExplainer(context.Program, context.Now).Explain(source, await context.Cluster.LookUpAsync(SourceGates.Of(source), cancellation));
    }

    private static async Task<Explanation> ExplainObjectAsync(CommandContext context, ObjectArgument name, ParseResult arguments, CancellationToken cancellation)
    {
        var (kind, json) = await name.FindAsync(context, arguments, cancellation);
        var item = ClusterClient.ToFluxObject(json);
        var lookups = await context.Cluster.LookUpAsync(Hold.References(item), cancellation);
        var plans = await PlanLoader.WithWindowsAsync(context.Cluster, lookups, cancellation);
        return new Explainer(context.Program, context.Now).Explain(kind.Kind, item, lookups, plans);
    }

    private static void Print(CommandContext context, Explanation explanation)
    {
        if (context.IsForPrograms)
            context.Print(ExplanationPrinter.ToJson(explanation));
        else
            ExplanationPrinter.Print(context.Terminal, explanation, context.Now, context.IsWide);
    }
}
