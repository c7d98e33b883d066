using System.CommandLine;
using System.Text.Json.Nodes;
using Sluice.Cli.Cluster;
using Sluice.Cli.Completion;
using Sluice.Cli.Requests;
using Sluice.Gating.Gates;
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
        Description = "Open it for this revision or digest alone, for example main@sha1:… or sha256:…",
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
        _gate.CompletionSources.Add(new ClusterCompletions(host).Gates);
        var command = target == GateState.Opened
            ? new Command("open", "Open a gate: what it holds is released, until its window ends or somebody closes it") { _gate, _reason, _revision, _wait }
            : new Command("close", "Close a gate: what names it is held, once the reconciliation in hand has finished") { _gate, _reason, _wait };
        host.SetAction(command, RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var gate = GateNames.Parse(arguments.GetRequiredValue(_gate), context.Namespace);
        var stamp = Stamp.Of(context.Now);
        var revision = target == GateState.Opened ? arguments.GetValue(_revision) : null;
        var json = await WriteAsync(context, gate, GateRequestPatch.Of(target, stamp, arguments.GetValue(_reason), revision), cancellation);
        if (!arguments.GetValue(_wait))
            return Print(context, json, new RequestVerdict(true, $"Asked gate {gate} to {(target == GateState.Opened ? "open" : "close")}, as of {stamp}."));

        var patience = context.Timeout ?? DefaultPatience;
        var started = context.Time.GetTimestamp();
        while (true)
        {
            if (new GateRequestOutcome(target, stamp, context.Now).Read(ClusterClient.ToGate(json)) is { } verdict)
                return Print(context, json, verdict);
            if (context.Time.GetElapsedTime(started) >= patience)
                throw new CommandException(GateRequestOutcome.NobodyAnswers(ClusterClient.ToGate(json), patience, context.Program));
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
            context.Terminal.WriteLine(Output.Printable.Line(verdict.Message));
        return ExitCodes.Ok;
    }
}
