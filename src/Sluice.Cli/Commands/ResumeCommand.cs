using Sluice.Api.Metadata;
using System.CommandLine;
using Sluice.Api.Gated;
using Sluice.Cli.Cluster;
using Sluice.Cli.Explaining;
using Sluice.Cli.Output;
using Sluice.Cli.Suspending;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>resume KIND/NAME</c>: the opposite of <c>suspend</c>. What a gate holds stays held until the gate opens.</summary>
internal static class ResumeCommand
{
    public static Command Create(Host host)
    {
        var name = ObjectArgument.Create(host);
        var command = new Command("resume", "Resume a suspended object; what a gate holds goes on when the gate opens");
        name.AddTo(command);
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, name, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ObjectArgument name, ParseResult arguments, CancellationToken cancellation)
    {
        var (kind, json) = await name.FindAsync(context, arguments, cancellation);
        var item = ClusterClient.ToFluxObject(json);
        var key = new ObjectKey(item.Metadata.Namespace ?? "", item.Metadata.Name);
        var wasSuspended = item.Spec.Suspend;
        if (item.Metadata.ManagedFields?.Any(entry => entry is { Manager: FieldManagers.CommandLine, Operation: "Apply" }) == true)
        {
            json = await context.Cluster.ApplyAsync(kind.Resource, key, SuspendPatch.LetGo(kind.Resource, key, item.Metadata.Uid), cancellation);
            item = ClusterClient.ToFluxObject(json);
        }

        var held = HoldWords.Of(item);
        var clear = SuspendPatch.Clear(
            item.Annotation(GatedAnnotations.KeepSuspended) is not null, item.Annotation(GatedAnnotations.SuspendedBy) is not null, item.Spec.Suspend && held is null);
        if (clear is not null)
            json = await context.Cluster.MergePatchAsync(kind.Resource, key, clear, cancellation);
        if (context.IsForPrograms)
            new ObjectPrinter(context).Print(kind.Resource, json);
        else
            context.Terminal.WriteLine(Printable.Line(Sentence($"{kind.Kind.Kind} {key}", wasSuspended, held, Suspender.Of(ClusterClient.ToFluxObject(json)))));
        return ExitCodes.Ok;
    }

    private static string Sentence(string subject, bool wasSuspended, HoldWords? held, IReadOnlyList<Suspender> others) =>
        held is not null && others.Count > 0
            ? $"{subject} is held by {held.By}, and stays suspended after that: {Suspender.Names(others)} has set spec.suspend too; run this again when it is released."
        : held is not null ? $"{subject} is held by {held.By}: it goes on when {held.Ends}."
        : wasSuspended ? $"{subject} is resumed."
        : $"{subject} was not suspended.";
}
