using System.CommandLine;
using Sluice.Cli.Cluster;
using Sluice.Cli.Explaining;
using Sluice.Cli.Output;
using Sluice.Cli.Requests;
using Sluice.Cli.Suspending;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>release-once KIND/NAME</c>: lets a held object reconcile once.</summary>
internal static class ReleaseOnceCommand
{
    public static Command Create(Host host)
    {
        var name = ObjectArgument.Create(host);
        var command = new Command("release-once", "Let a held object reconcile once, and hold it again");
        name.AddTo(command);
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, name, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ObjectArgument name, ParseResult arguments, CancellationToken cancellation)
    {
        var (kind, json) = await name.FindAsync(context, arguments, cancellation);
        var item = ClusterClient.ToFluxObject(json);
        var key = new ObjectKey(item.Metadata.Namespace ?? "", item.Metadata.Name);
        if (HoldWords.Of(item) is not { } held)
        {
            throw new CommandException($"{kind.Kind.Kind} {key} is not held, so there is nothing to release\n"
                + $"ask '{context.Program} explain {new TypedName(kind.Kind, key.Name)} -n {key.Namespace}{KindNames.Option(kind.Kind)}' how it stands");
        }

        if (Hold.WhyUnheld(item) is { } why)
            throw new CommandException($"{kind.Kind.Kind} {key} is suspended, but not held, so there is nothing to release\n{why}");
        if (Suspender.WhyKept(item) is { } kept)
        {
            throw new CommandException($"{kind.Kind.Kind} {key} {kept}, so it would not reconcile now\n"
                + $"have it go on first: {context.Program} resume {new TypedName(kind.Kind, key.Name)} -n {key.Namespace}{KindNames.Option(kind.Kind)}");
        }

        json = await context.Cluster.MergePatchAsync(kind.Resource, key, SuspendPatch.ReleaseOnce(Stamp.Of(context.Now)), cancellation);
        if (context.IsForPrograms)
            new ObjectPrinter(context).Print(kind.Resource, json);
        else
            context.Terminal.WriteLine(Printable.Line($"{kind.Kind.Kind} {key} may reconcile once; {held.Again}."));
        return ExitCodes.Ok;
    }
}
