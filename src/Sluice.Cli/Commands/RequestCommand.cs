using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Cli.Cluster;
using Sluice.Cli.Completion;
using Sluice.Cli.Requests;
using Sluice.Cli.Scheduling;
using Sluice.Gating.Gates;
using Sluice.Gating.Releases;
using Sluice.Gating.Requirements;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary><c>open GATE</c> and <c>close GATE</c>: writes the request, waits until sluice-controller has looked at it, and says what came of it.</summary>
internal sealed class RequestCommand(GateState target)
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Argument<string> _gate = new("GATE") { HelpName = "GATE", Description = "The gate, as NAME or NAMESPACE/NAME" };

    private readonly Option<string?> _reason = new("--reason") { Description = "Why; recorded in the gate's history", HelpName = "TEXT" };

    private readonly Option<string?> _revision = new("--revision")
    {
        Description = "Open it for this revision or digest alone, for example main@sha1:… or sha256:…; DIGEST@SPECDIGEST names one candidate exactly",
        HelpName = "REVISION",
    };

    private readonly Option<bool> _override = new("--override")
    {
        Description = "Override every close window in an emergency, for the gate's window or an hour; needs --reason",
    };

    private readonly Option<bool> _wait = new("--wait")
    {
        Description = "Wait until sluice-controller has looked at the request; --wait=false only writes it",
        DefaultValueFactory = _ => true,
    };

    /// <summary>Makes the command.</summary>
    public Command Create(Host host)
    {
        _gate.CompletionSources.Add(new ClusterCompletions(host).Gates);
        var command = target == GateState.Opened
            ? new Command("open", "Open a gate: what it holds is released, until its window ends or somebody closes it") { _gate, _reason, _revision, _override, _wait }
            : new Command("close", "Close a gate: what names it is held, once the reconciliation in hand has finished") { _gate, _reason, _wait };
        host.SetAction(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var gate = GateNames.Parse(arguments.GetRequiredValue(_gate), context.Namespace);
        var (reason, revision) = (arguments.GetValue(_reason), target == GateState.Opened ? arguments.GetValue(_revision) : null);
        // Without one the gate would be opened for everything, which is not what was asked.
        if (revision is not null && string.IsNullOrWhiteSpace(revision))
            throw CommandException.Usage("--revision is empty: name the revision or digest that the gate is to be opened for, or leave the option out to open it for everything");
        if (revision is not null && !Revisions.HasChecksum(revision))
            throw CommandException.Usage($"--revision: '{revision}' has no checksum, as the version of a chart has none: any other source at gate {gate} may have it as well. Expected the digests of its artifact and of its source's spec, sha256:…@sha256:…, as '{context.Program} pending -A -o wide' shows them");
        var isOverride = target == GateState.Opened && arguments.GetValue(_override);
        if (isOverride && string.IsNullOrWhiteSpace(reason))
            throw CommandException.Usage("--override needs a reason: say with --reason TEXT why every window is overridden; it is recorded");
        var stamp = Stamp.Of(context.Now);
        var overriding = isOverride ? OverrideText.Of(reason!, stamp, ClusterClient.ToGate(await new Finder(context.Cluster).GateAsync(gate, cancellation))) : null;
        var json = await WriteAsync(context, gate, GateRequestPatch.Of(target, stamp, reason, revision, overriding), cancellation);
        if (!arguments.GetValue(_wait))
            return Print(context, json, new RequestVerdict(true, $"Asked gate {gate} to {(target == GateState.Opened ? "open" : "close")}, as of {stamp}{(isOverride ? ", as an emergency override" : "")}."));

        var patience = context.Timeout ?? DefaultPatience;
        var started = context.Time.GetTimestamp();
        while (true)
        {
            var found = ClusterClient.ToGate(json);
            if (new GateRequestOutcome(target, stamp, context.Now) { IsOverride = isOverride }.Read(found) is not null)
            {
                var plan = await PlanLoader.TryFromClusterAsync(context.Cluster, found, cancellation);
                return Print(context, json, new GateRequestOutcome(target, stamp, context.Now) { IsOverride = isOverride, Plan = plan, Program = context.Program }.Read(found)!);
            }

            if (context.Time.GetElapsedTime(started) >= patience)
                throw new CommandException(GateRequestOutcome.NobodyAnswers(found, patience, context.Program));
            await Task.Delay(Pause, context.Time, cancellation);
            json = await new Finder(context.Cluster).GateAsync(gate, cancellation);
        }
    }

    private static async Task<JsonObject> WriteAsync(CommandContext context, GateReference gate, JsonObject patch, CancellationToken cancellation)
    {
        try
        {
            return await context.Cluster.MergePatchAsync(ClusterClient.Gates, new ObjectKey(gate.Namespace, gate.Name), patch, cancellation);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            // A patch never creates. Whoever looks for it says what is near.
            await new Finder(context.Cluster).GateAsync(gate, cancellation);
            throw;
        }
    }

    private static int Print(CommandContext context, JsonObject json, RequestVerdict verdict)
    {
        if (!verdict.Succeeded)
            throw new CommandException(verdict.Message);
        if (context.IsForPrograms)
            new ObjectPrinter(context).Print(ClusterClient.Gates, json);
        else
            context.Terminal.WriteLine(string.Join('\n', verdict.Message.Split('\n').Select(Output.Printable.Line)));
        return ExitCodes.Ok;
    }
}
