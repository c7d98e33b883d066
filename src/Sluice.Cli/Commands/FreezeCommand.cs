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

        var patience = context.Timeout ?? DefaultPatience;
        var started = context.Time.GetTimestamp();
        int? count;
        while ((count = await HeldAsync(context, freeze, cancellation)) is null)
        {
            if (context.Time.GetElapsedTime(started) >= patience)
                throw new CommandException($"{freeze.Reach} is asked to freeze, but sluice-controller has not held everything within {patience.TotalSeconds:0} s\nsee '{context.Program} check', and '{context.Program} get held -A' for what is held by now");
            await Task.Delay(Pause, context.Time, cancellation);
        }

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

    /// <summary>How many objects are held; null while some that are to be are not.</summary>
    private static async Task<int?> HeldAsync(CommandContext context, Freeze freeze, CancellationToken cancellation)
    {
        var binding = await context.Cluster.TryGetAsync(freeze.Binding, freeze.BindingKey, cancellation);
        var gate = await context.Cluster.TryGetAsync(ClusterClient.Gates, freeze.GateKey, cancellation);
        return binding?["status"]?["matched"]?["count"]?.GetValue<int>() is { } matched
            && (long?)binding["status"]!["observedGeneration"] == (long?)binding["metadata"]!["generation"]
            && gate?["status"]?["held"]?.GetValue<int>() is { } held && held >= matched ? held : null;
    }

    private static ObjectKey Excluded(string text) => text.Split('/') is [{ Length: > 0 } inNamespace, { Length: > 0 } name]
        ? new(inNamespace, name)
        : throw CommandException.Usage($"--exclude: '{text}' is not an object: expected NAMESPACE/NAME, for example flux-system/monitoring");
}
