using System.CommandLine;
using Sluice.Cli.Installing;
using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>uninstall</c>: lets everything go that Sluice holds, and deletes what was installed.</summary>
internal sealed class UninstallCommand
{
    // As long as pods may take to end, and a lease that nobody gave up to expire.
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(2);

    private const int Passes = 10;

    private readonly Option<bool> _crds = new("--crds") { Description = "Delete the definitions, too, and with them every gate and binding" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would happen, and do nothing" };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };

    /// <summary>Makes the command.</summary>
    public Command Create(Host host)
    {
        var command = new Command("uninstall", "Release everything that Sluice holds, and take Sluice away") { _crds, _dryRun, _yes };
        host.SetAction(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        if (context.IsForPrograms)
            throw CommandException.Usage("-o makes no sense with uninstall");
        var (inNamespace, withCrds) = (context.GivenNamespace ?? InstallSet.DefaultNamespace, arguments.GetValue(_crds));
        var (uninstaller, objects) = (new Uninstaller(context.Cluster, context.Time, inNamespace), new HeldObjects(context.Cluster, context.Time));
        var installed = await uninstaller.FindAsync(cancellation);
        uninstaller.RequireNamespace(installed);
        var held = await objects.FindAsync(cancellation);
        if (installed.Objects.Count == 0 && held.Count == 0 && (!withCrds || installed.Definitions.Count == 0))
        {
            context.Terminal.WriteLine($"Sluice is not installed in namespace {inNamespace}, and holds nothing.{Left(installed)}{OfOthers(installed)}");
            return ExitCodes.Ok;
        }

        if (arguments.GetValue(_dryRun))
        {
            foreach (var item in held)
                context.Terminal.WriteLine(Printable.Line($"{item} {item.Outcome} (dry run)"));
            foreach (var item in installed.Objects.Concat(withCrds ? installed.Definitions.Select(definition => definition.Item) : []))
                context.Terminal.WriteLine($"{item} deleted (dry run)");
            context.Terminal.WriteLine($"{(withCrds ? $" With the definitions go {Lost(installed)}." : Left(installed))}{OfOthers(installed)}".TrimStart());
            return ExitCodes.Ok;
        }

        if (!arguments.GetValue(_yes) && !await Confirmation.AskAsync(context,
            $"This stops Sluice in namespace {inNamespace} of {context.Cluster.Origin}, lets {held.Count} held {(held.Count == 1 ? "object" : "objects")} go, and deletes "
            + $"what was installed{(withCrds ? $", the definitions, too, and with them {Lost(installed)}" : "")}."))
        {
            throw new CommandException("not confirmed, so nothing was done; --yes does not ask");
        }

        await StopAsync(context, uninstaller, installed, cancellation);
        await ReleaseAsync(context, objects, cancellation);
        foreach (var item in installed.Rest.Concat(await uninstaller.LeasesAsync(cancellation)).Concat(withCrds ? installed.Definitions.Select(definition => definition.Item) : []))
            await DeleteAsync(context, uninstaller, item, cancellation);
        if (withCrds)
            await uninstaller.GoneAsync(installed.Definitions.Select(definition => definition.Item), context.Timeout ?? DefaultPatience, text => Progress(context, text), cancellation);
        context.Terminal.WriteLine($"Sluice is uninstalled, and holds nothing.{(withCrds ? Approved : Left(installed))}{OfOthers(installed)}", Tone.Good);
        return ExitCodes.Ok;
    }

    /// <summary>
    /// From here on nothing is held anew: neither by the controller nor by a policy. The policies guard what is held for as long as a controller
    /// may hold it, and go before it is let go: they would suspend it again.
    /// </summary>
    private static async Task StopAsync(CommandContext context, Uninstaller uninstaller, Installed installed, CancellationToken cancellation)
    {
        foreach (var item in installed.Program)
            await DeleteAsync(context, uninstaller, item, cancellation);
        await uninstaller.StoppedAsync(context.Timeout ?? DefaultPatience, text => Progress(context, text), cancellation);
        foreach (var item in installed.Policies)
            await DeleteAsync(context, uninstaller, item, cancellation);
        if (installed.Policies.Count > 0)
            await uninstaller.HeardAsync(text => Progress(context, text), cancellation);
    }

    private static void Progress(CommandContext context, string text) => context.Terminal.Error.Write($"{Printable.Line(text)}\n");

    // Until there is nothing left: what an API server has held that went by a deleted policy all the same is found, too.
    private static async Task ReleaseAsync(CommandContext context, HeldObjects objects, CancellationToken cancellation)
    {
        for (var pass = 0; await objects.FindAsync(cancellation) is { Count: > 0 } held; pass++)
        {
            if (pass == Passes)
                throw new CommandException($"{held[0]} is held again each time that it is let go: does a sluice-controller run that was installed in another way?\nstop it, and run the same command again, which goes on from here");
            foreach (var item in held)
            {
                if (await objects.ReleaseAsync(item, cancellation) is { } released)
                    context.Terminal.WriteLine(Printable.Line($"{released} {released.Outcome}"), Tone.Good);
            }
        }
    }

    private static async Task DeleteAsync(CommandContext context, Uninstaller uninstaller, InstallObject item, CancellationToken cancellation)
    {
        if (await uninstaller.DeleteAsync(item, cancellation))
            context.Terminal.WriteLine($"{item} deleted");
    }

    private const string Approved = " Conditions Approved and annotations of people stay on the objects, and mean nothing any more.";

    private static string Lost(Installed installed) =>
        string.Join(", ", installed.Definitions.Select(definition => definition.Objects).Where(objects => objects.Length > 0).DefaultIfEmpty("no gates and no bindings"));

    private static string Left(Installed installed) => installed.Definitions.Count == 0 ? ""
        : $" What is left: {string.Join(", ", installed.Definitions)}, which --crds deletes.{Approved}";

    private static string OfOthers(Installed installed) => installed.OfOthers.Count == 0 ? ""
        : $" Not Sluice's own, without the label {InstallSet.PartOfLabel}: {InstallSet.PartOf}, and left as it is: {string.Join(", ", installed.OfOthers)}.";
}
