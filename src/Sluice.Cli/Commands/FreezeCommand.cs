using System.CommandLine;
using Sluice.Cli.Cluster;
using Sluice.Cli.Freezing;
using Sluice.Cli.Output;
using Sluice.Cli.Requests;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>freeze --all --reason TEXT</c>: nothing new is deployed in the cluster, or in a namespace, until <c>thaw</c>.</summary>
internal sealed class FreezeCommand
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // Where one controller sees everything and another a part, what the binding matches is counted a moment after the other has looked at it.
    private static readonly TimeSpan CountPatience = TimeSpan.FromSeconds(2);

    private readonly Option<string> _reason = new("--reason") { Description = "Why; recorded on the gate", HelpName = "TEXT", Required = true };

    private readonly Option<string[]> _exclude = new("--exclude") { Description = "An object that goes on being deployed, as NAMESPACE/NAME; repeatable", HelpName = "OBJECT" };

    private readonly Option<bool> _includeFlux = new("--include-flux")
    {
        Description = "Freeze what Flux and Sluice are deployed by as well; until it thaws neither can be changed through Git",
    };

    /// <summary><c>--all</c>, for this command and for <c>thaw</c>.</summary>
    public static Option<bool> All() => new("--all") { Description = "The whole cluster; without it the namespace" };

    /// <summary>What a command is about.</summary>
    public static Freeze FreezeOf(CommandContext context, bool all) => all ? new(true, context.GivenNamespace ?? Freeze.DefaultNamespace) : new(false, context.Namespace);

    /// <summary>Makes the command.</summary>
    public Command Create(Host host)
    {
        var all = All();
        var command = new Command("freeze", "Hold whatever deploys, in a namespace or with --all in the cluster (its gate in -n, by default flux-system)") { all, _reason, _exclude, _includeFlux };
        host.SetAction(command, (context, arguments, cancellation) => RunAsync(context, FreezeOf(context, arguments.GetValue(all)), arguments, cancellation));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, Freeze freeze, ParseResult arguments, CancellationToken cancellation)
    {
        var reason = arguments.GetRequiredValue(_reason);
        if (string.IsNullOrWhiteSpace(reason))
            throw CommandException.Usage("--reason is empty: say why everything is held");
        // A second gate would be left behind when it thaws.
        (freeze, _) = await freeze.FindAsync(context.Cluster, cancellation);
        var exclude = (arguments.GetValue(_exclude) ?? []).Select(Excluded).Concat(await LifelinesAsync(context, arguments.GetValue(_includeFlux), cancellation)).ToList();
        await context.Cluster.ApplyAsync(ClusterClient.Gates, freeze.GateKey, freeze.GateBody(Stamp.Of(context.Now), reason), cancellation);
        await context.Cluster.ApplyAsync(freeze.Binding, freeze.BindingKey, freeze.BindingBody(exclude), cancellation);

        var count = await UntilHeldAsync(context, freeze, cancellation);
        context.Terminal.WriteLine(Printable.Line($"Froze {freeze.Reach}: {count} {(count == 1 ? "object is" : "objects are")} held, and so is whatever comes: {reason}"));
        if (exclude.Count > 0)
            context.Terminal.WriteLine(Printable.Line($"Not frozen: {string.Join(", ", exclude.Distinct())}"));
        context.Terminal.WriteLine($"To end it: {context.Program} thaw {freeze.Arguments}");
        return ExitCodes.Ok;
    }

    private static async Task<IReadOnlyList<ObjectKey>> LifelinesAsync(CommandContext context, bool includeFlux, CancellationToken cancellation)
    {
        if (includeFlux)
            return [];
        if (await Lifelines.FindAsync(context.Cluster, cancellation) is { } found)
            return found;
        context.Warn("you may not read CustomResourceDefinitions, so it is not known what Flux and Sluice are deployed by: that is frozen, too, unless you --exclude it");
        return [];
    }

    /// <summary>Waits until everything is held, and says how much that is.</summary>
    private static async Task<int> UntilHeldAsync(CommandContext context, Freeze freeze, CancellationToken cancellation)
    {
        var patience = context.Timeout ?? DefaultPatience;
        var started = context.Time.GetTimestamp();
        long? uncounted = null;
        while (true)
        {
            var progress = await FreezeProgress.ReadAsync(context.Cluster, freeze, cancellation);
            if (progress.Held is { } held)
                return held;
            uncounted = progress.IsSeenUncounted ? uncounted ?? context.Time.GetTimestamp() : null;
            var isOver = context.Time.GetElapsedTime(started) >= patience;
            if (uncounted is { } since && (isOver || context.Time.GetElapsedTime(since) >= CountPatience))
                throw new CommandException(Uncounted(context, freeze));
            if (isOver)
                throw new CommandException($"{freeze.Reach} is asked to freeze, but sluice-controller has not held everything within {patience.TotalSeconds:0} s\nsee '{context.Program} check', and '{context.Program} get held -A' for what is held by now");
            await Task.Delay(Pause, context.Time, cancellation);
        }
    }

    private static string Uncounted(CommandContext context, Freeze freeze) =>
        $"{freeze.Reach} is asked to freeze, and sluice-controller has seen it; whether everything is held is not known, since nobody counts it: "
        + $"each controller is a shard (--watch-label-selector){(freeze.IsClusterWide ? " or watches some namespaces (--watch-namespaces, --watch-all-namespaces=false)" : "")} and sees a part only\n"
        + $"see '{context.Program} get held -A' for what is held by now; what no controller watches is held by none. To end it: {context.Program} thaw {freeze.Arguments}";

    private static ObjectKey Excluded(string text) => text.Split('/') is [{ Length: > 0 } inNamespace, { Length: > 0 } name]
        ? new(inNamespace, name)
        : throw CommandException.Usage($"--exclude: '{text}' is not an object: expected NAMESPACE/NAME, for example flux-system/monitoring");
}
