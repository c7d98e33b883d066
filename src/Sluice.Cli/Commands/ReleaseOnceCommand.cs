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
        var command = new Command("release-once", "Let a held object reconcile once, and hold it again") { name };
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, TypedName.Parse(arguments.GetRequiredValue(name)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, TypedName name, CancellationToken cancellation)
    {
        var (kind, json) = await new Finder(context.Cluster).ObjectAsync(name, context.Namespace, cancellation);
        var item = ClusterClient.ToFluxObject(json);
        var key = new ObjectKey(item.Metadata.Namespace ?? "", item.Metadata.Name);
        if (Hold.Reasons(item).Count == 0)
        {
            throw new CommandException($"{name.Kind.Kind} {key} is not held, so there is nothing to release\n"
                + $"ask '{context.Program} explain {name} -n {key.Namespace}' how it stands");
        }

        json = await context.Cluster.MergePatchAsync(kind.Resource, key, SuspendPatch.ReleaseOnce(Stamp.Of(context.Now)), cancellation);
        if (context.IsForPrograms)
            new ObjectPrinter(context).Print(kind.Resource, json);
        else
            context.Terminal.WriteLine(Printable.Line($"{name.Kind.Kind} {key} may reconcile once; {string.Join(", ", Hold.Reasons(item).Keys)} holds it again after that."));
        return ExitCodes.Ok;
    }
}
