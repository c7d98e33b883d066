using System.CommandLine;
using Sluice.Cli.Cluster;
using Sluice.Cli.Explaining;
using Sluice.Cli.Output;
using Sluice.Cli.Suspending;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>suspend KIND/NAME --reason TEXT</c>: suspends an object so that no gate that opens resumes it.</summary>
internal static class SuspendCommand
{
    public static Command Create(Host host)
    {
        var name = ObjectArgument.Create(host);
        var reason = new Option<string>("--reason") { Description = "Why; whoever asks why it stands still reads this", HelpName = "TEXT", Required = true };
        var command = new Command("suspend", "Suspend an object, and keep it so when its gates open") { reason };
        name.AddTo(command);
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, name, arguments, arguments.GetRequiredValue(reason), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ObjectArgument name, ParseResult arguments, string reason, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(reason))
            throw CommandException.Usage("--reason is empty: say why the object is suspended");
        var (kind, json) = await name.FindAsync(context, arguments, cancellation);
        var item = ClusterClient.ToFluxObject(json);
        var key = new ObjectKey(item.Metadata.Namespace ?? "", item.Metadata.Name);
        json = await context.Cluster.ApplyAsync(kind.Resource, key, SuspendPatch.Suspend(kind.Resource, key, item.Metadata.Uid, reason), cancellation);
        if (context.IsForPrograms)
            new ObjectPrinter(context).Print(kind.Resource, json);
        else
            context.Terminal.WriteLine(Printable.Line($"{kind.Kind.Kind} {key} is suspended{(HoldWords.Of(item) is { } held ? $", and stays so when {held.Opens}" : "")}: {reason}"));
        return ExitCodes.Ok;
    }
}
