using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Api.Sources;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Cli.Releasing;
using Sluice.Cli.Requests;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>rollback NAME --to REVISION</c>: asks for an earlier release of a gated source, which waits at the same gates.</summary>
internal sealed class RollbackCommand
{
    private readonly Option<string?> _to = new("--to")
    {
        Description = "The release to go back to: its revision or digest, at least 7 characters of a checksum, or DIGEST@SPECDIGEST; without it the releases are shown",
        HelpName = "REVISION",
    };

    private readonly Option<bool> _wait = new("--wait")
    {
        Description = "Wait until sluice-controller has looked at the request; --wait=false only writes it",
        DefaultValueFactory = _ => true,
    };

    /// <summary>Makes the command.</summary>
    public Command Create(Host host)
    {
        var name = GatedSourceArgument.Create(host);
        var command = new Command("rollback", "Go back to an earlier release of a GatedSource, through the same gates") { name, _to, _wait };
        host.SetAction(command, (context, arguments, cancellation) =>
            RunAsync(context, GatedSourceNames.Parse(arguments.GetRequiredValue(name), context.Namespace), arguments.GetValue(_to), arguments.GetValue(_wait), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ObjectKey key, string? to, bool wait, CancellationToken cancellation)
    {
        var source = ClusterClient.ToGatedSource(await new Finder(context.Cluster).GatedSourceAsync(key, cancellation));
        if (source.Status?.History is not { Count: > 0 } history)
            throw new CommandException($"{source.Subject()} has no earlier release to go back to: nothing was released yet");
        if (!context.IsForPrograms)
            HistoryCommand.Releases(history, context.Now, context.IsWide).Print(context.Terminal.OnError());
        if (string.IsNullOrWhiteSpace(to))
            throw CommandException.Usage("--to is missing: say which of these releases to go back to");
        var target = RollbackTarget.Find(source, to);
        if (target.ReleasedAt is null)
            return await TakeUpAsync(context, key, target, wait, cancellation);
        if (target.Candidate == source.Status.Released?.ToCandidate() && source.Status.Candidate?.Rollback != true)
            throw new CommandException($"{target.Candidate.Revision} is what is released of {source.Subject()}: there is nothing to roll back\n"
                + (source.Status.Candidate is { } candidate ? $"to keep {candidate.Revision} from being released: {context.Program} reject {key.Name} -n {key.Namespace} --reason TEXT" : "name an earlier release"));

        var (json, stamp) = await AskAsync(context, key, target.Name, cancellation);
        if (wait)
        {
            var (seen, isSeen, patience) = await ReleaseWatch.UntilAsync(context, key, found => found.Status?.LastHandledRollbackAt == stamp, cancellation);
            Tell(context, seen, target.Candidate, isSeen ? null : patience);
        }
        else if (!context.IsForPrograms)
        {
            context.Terminal.WriteLine(Printable.Line($"Asked {source.Subject()} to go back to {target.Candidate.Revision}, as of {stamp}. It waits at the same gates."));
        }

        if (context.IsForPrograms)
            new ObjectPrinter(context).Print(ClusterClient.GatedSources, json);
        return ExitCodes.Ok;
    }

    // What was set aside and never released: it goes through the gates as every candidate does.
    private static async Task<int> TakeUpAsync(CommandContext context, ObjectKey key, RollbackTarget aside, bool wait, CancellationToken cancellation)
    {
        var (json, stamp) = await AskAsync(context, key, aside.Name, cancellation);
        if (wait)
        {
            var (seen, isSeen, patience) = await ReleaseWatch.UntilAsync(context, key, found => found.Status?.LastHandledRollbackAt == stamp, cancellation);
            RequireSeen(context, seen, isSeen ? null : patience);
        }

        if (context.IsForPrograms)
        {
            new ObjectPrinter(context).Print(ClusterClient.GatedSources, json);
            return ExitCodes.Ok;
        }

        context.Terminal.WriteLine(Printable.Line($"{aside.Candidate.Revision} was set aside and never released: while its source offers it, it is a candidate again, and waits as every one does."));
        return ExitCodes.Ok;
    }

    private static async Task<(JsonObject Json, string Stamp)> AskAsync(CommandContext context, ObjectKey key, string to, CancellationToken cancellation)
    {
        var stamp = Stamp.Of(context.Now);
        var self = await new Self(context.Cluster).WhoAmIAsync(cancellation);
        return (await context.Cluster.MergePatchAsync(ClusterClient.GatedSources, key, Patch(to, stamp, self.Username), cancellation), stamp);
    }

    private static void RequireSeen(CommandContext context, GatedSource source, TimeSpan? patience)
    {
        if (patience is { } waited)
            throw new CommandException($"the request is written to {source.Subject()}, but sluice-controller has not looked at it within {GoDuration.Format(waited)}: is one running?\nask '{context.Program} check'; the request is taken as soon as one runs");
    }

    private static void Tell(CommandContext context, GatedSource source, Candidate back, TimeSpan? patience)
    {
        RequireSeen(context, source, patience);
        var isWaiting = source.Status?.Candidate is { Rollback: true } candidate && candidate.ToCandidate() == back;
        if (!isWaiting && source.Status?.Released?.ToCandidate() != back)
            throw new CommandException($"sluice-controller has not taken the request: {back.Revision} is not among the releases of {source.Subject()} that it has; ask '{context.Program} history gatedsource/{source.Metadata.Name} -n {source.Metadata.Namespace}'");
        if (context.IsForPrograms)
            return;
        context.Terminal.WriteLine(isWaiting
            ? Printable.Line($"{source.Subject()} goes back to {back.Revision} when its gates let it: it waits for {new WaitText(context.Now).Of(source)}.")
            : Printable.Line($"{source.Subject()}: {back.Revision} is released."), isWaiting ? Tone.Waiting : Tone.Good);
        if (source.Status?.SetAside is { } aside)
            context.Terminal.WriteLine(Printable.Line($"{aside.Revision} does not come back by itself; the next revision of its source waits as ever."));
    }

    private static JsonObject Patch(string to, string stamp, string username) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["annotations"] = new JsonObject
            {
                [GatedSourceAnnotations.RollbackTo] = to,
                [GatedSourceAnnotations.RollbackRequestedAt] = stamp,
                [GatedSourceAnnotations.RollbackRequestedBy] = username,
            },
        },
    };
}
