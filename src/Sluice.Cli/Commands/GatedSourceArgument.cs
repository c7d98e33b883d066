using System.CommandLine;
using Sluice.Cli.Completion;

namespace Sluice.Cli.Commands;

/// <summary>The argument <c>NAME</c> of a gated source.</summary>
internal static class GatedSourceArgument
{
    public static Argument<string> Create(Host host)
    {
        var name = new Argument<string>("NAME") { HelpName = "NAME", Description = "The GatedSource, as NAME or NAMESPACE/NAME" };
        name.CompletionSources.Add(new ClusterCompletions(host).GatedSources);
        return name;
    }

    /// <summary><c>--gate</c>.</summary>
    public static Option<string?> Gate(Host host)
    {
        var gate = new Option<string?>("--gate") { Description = "At this gate alone, as NAME or NAMESPACE/NAME; default: at each that it waits at", HelpName = "GATE" };
        gate.CompletionSources.Add(new ClusterCompletions(host).Gates);
        return gate;
    }
}
