using System.CommandLine;
using Sluice.Cli.Freezing;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>thaw</c>: ends what <c>freeze</c> began. What other gates hold stays held.</summary>
internal static class ThawCommand
{
    public static Command Create(Host host)
    {
        var all = FreezeCommand.All();
        var command = new Command("thaw", "End a freeze: what no other gate holds is released") { all };
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, FreezeCommand.FreezeOf(context, arguments.GetValue(all)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, Freeze freeze, CancellationToken cancellation)
    {
        var (frozen, found) = await freeze.FindAsync(context.Cluster, cancellation);
        var ended = false;
        // The binding first: without its gate it would hold all the more.
        foreach (var (resource, key, json) in found)
            ended |= await context.Cluster.DeleteAsync(resource, key, new DeleteOptions { Uid = (string?)json["metadata"]!["uid"] }, cancellation);

        if (!ended)
            throw new CommandException($"{freeze.Reach} is not frozen: there is neither {freeze.Binding.Describe(freeze.BindingKey)} nor Gate {frozen.GateKey}");
        context.Terminal.WriteLine($"Thawed {freeze.Reach}: what no other gate holds is released.");
        return ExitCodes.Ok;
    }
}
