using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Cli.Checking;
using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>check</c>: whether the cluster is ready for Sluice, and what to do where it is not.</summary>
internal static class CheckCommand
{
    public static Command Create(Host host)
    {
        var controllerNamespace = new Option<string>("--controller-namespace")
        {
            Description = "Where sluice-controller runs",
            HelpName = "NAMESPACE",
            DefaultValueFactory = _ => "flux-system",
        };
        var command = new Command("check", "See whether the cluster is ready for Sluice, and what to do where it is not") { controllerNamespace };
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, arguments.GetRequiredValue(controllerNamespace), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string controllerNamespace, CancellationToken cancellation)
    {
        if (context.Format == OutputFormat.Name)
            throw CommandException.Usage("-o name makes no sense with check: expected table, wide, json or yaml");
        var lines = await new ClusterChecks(context.Cluster, context.Time).RunAsync(controllerNamespace, context.AllNamespaces ? null : context.Namespace, cancellation);
        if (context.IsForPrograms)
            context.Print(new JsonArray([.. lines.Select(line => (JsonNode)new JsonObject { ["result"] = line.Result.ToString(), ["text"] = line.Text, ["advice"] = line.Advice })]));
        else
            Print(context.Terminal, lines);
        return lines.Any(line => line.Result == CheckResult.Wrong) ? ExitCodes.Failure : ExitCodes.Ok;
    }

    private static void Print(Terminal terminal, IReadOnlyList<CheckLine> lines)
    {
        foreach (var line in lines)
        {
            var (mark, tone) = line.Result switch
            {
                CheckResult.Right => ("✔", Tone.Good),
                CheckResult.Notice => ("!", Tone.Waiting),
                _ => ("✗", Tone.Bad),
            };
            terminal.Write(mark, tone);
            terminal.WriteLine(" " + Printable.Line(line.Text));
            if (line.Advice is { } advice)
                terminal.WriteLine("  " + Printable.Line(advice), Tone.Dim);
        }

        var wrong = lines.Count(line => line.Result == CheckResult.Wrong);
        terminal.WriteLine(wrong == 0 ? "The cluster is ready for Sluice." : $"The cluster is not ready for Sluice: {wrong} {(wrong == 1 ? "thing is" : "things are")} wrong.", wrong == 0 ? Tone.Good : Tone.Bad);
    }
}
