using System.CommandLine;
using Sluice.Cli.Cluster;
using Sluice.Cli.Completion;
using Sluice.Cli.Manifests;
using Sluice.Cli.Output;
using Sluice.Cli.Scheduling;

namespace Sluice.Cli.Commands;

/// <summary><c>schedule GATE</c>: when a gate opens and closes, of the cluster or of a file that was not applied yet.</summary>
internal sealed class ScheduleCommand
{
    private const int MaxYears = 10;

    private static readonly string[] Formats = ["table", "json", "yaml", "ics"];

    private readonly Argument<string?> _gate = new("GATE")
    {
        HelpName = "GATE",
        Description = "The gate, as NAME or NAMESPACE/NAME; with -f only where there are several",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _files = new("--filename", "-f")
    {
        Description = "Read the gate and the ConfigMaps of its calendars from this file (- is standard input) and ask no cluster; may be given several times",
        HelpName = "FILE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _from = new("--from") { Description = $"Show the schedule from this time on (default now): {TimeArgument.Forms}", HelpName = "TIME" };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "Show it up to this time; +7d counts from --from. Default: 7 days, with -o json and yaml 31, with -o ics a year",
        HelpName = "TIME",
    };

    private readonly Option<string?> _at = new("--at") { Description = "Say only whether it is opened at this time, and why; the exit code is 0 for opened, 1 for closed", HelpName = "TIME" };

    private readonly Option<bool> _local = new("--local") { Description = "Show times in your own zone (TZ, else this machine's) instead of the gate's" };

    // Stands before the option of the same name that every command has: here alone there is a feed.
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "How to print it: table, json, yaml, or ics, a calendar of the times in which the gate is opened",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "table",
    };

    public static Command Create(Host host)
    {
        var own = new ScheduleCommand();
        own._gate.CompletionSources.Add(new ClusterCompletions(host).Gates);
        own._output.CompletionSources.Add(_ => Formats);
        own._output.Validators.Add(result =>
        {
            if (result.Tokens is [var format] && !Formats.Contains(format.Value))
                result.AddError($"--output: '{format.Value}' is not a format of schedule; expected {string.Join(", ", Formats)}");
        });
        foreach (var option in new[] { own._from, own._to, own._at })
            option.CompletionSources.Add(_ => ["now", "today", "tomorrow"]);
        var command = new Command("schedule", "Show when a gate opens and closes: its next transitions, a week and a month")
        {
            own._gate, own._files, own._from, own._to, own._at, own._local, own._output,
        };
        // Where 1 means closed, no error may end with it.
        host.SetAction(command, own.RunAsync, arguments => arguments.GetValue(own._at) is null ? ExitCodes.Failure : ExitCodes.Usage);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        if (context.AllNamespaces)
            throw CommandException.Usage("a schedule is that of one gate: leave -A out");
        var plan = await LoadAsync(context, arguments, cancellation);
        // One instant for all: 'now' is neither before nor after what is shown.
        var now = context.Now;
        if (plan.Rules.Fault is { } fault)
            throw CommandException.Usage($"gate {plan.Name} {(arguments.GetValue(_files) is { Length: > 0 } ? "would be" : "is")} closed and stalled, for its spec cannot be understood: {fault}");
        var zone = arguments.GetValue(_local) ? ReaderZone.Find(Environment.GetEnvironmentVariable("TZ"), context.Time.LocalTimeZone) : plan.Zone;
        var (times, reader) = (new ShownTime(zone), new TimeArgument(zone, now));
        if (arguments.GetValue(_at) is { } at)
            return Answer(context, arguments, plan, times, reader.Read(at, "--at", now), now);
        var span = ReadSpan(context, arguments, reader, times, now);
        foreach (var warning in new PlanWarnings(plan, times).From(span.From))
            context.Warn(warning);
        if (context.Format == OutputFormat.Ics)
            await context.Terminal.Output.WriteAsync(CalendarFeed.Of(plan, span, now, VersionCommand.Version));
        else if (context.IsForPrograms)
            context.Print(ScheduleJson.Of(plan, zone, span));
        else
            new SchedulePrinter(plan, times, now).Print(context.Terminal, span);
        return ExitCodes.Ok;
    }

    private async Task<GatePlan> LoadAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var wanted = arguments.GetValue(_gate);
        if (arguments.GetValue(_files) is { Length: > 0 } paths)
        {
            var files = ManifestFiles.Read(paths, Console.In);
            return PlanLoader.FromFiles(files, GateManifest.Read(files, wanted, context.GivenNamespace));
        }

        if (wanted is null)
            throw CommandException.Usage($"a gate is missing: expected '{context.Program} schedule GATE', or '{context.Program} schedule -f FILE' for one that is not applied yet");
        var json = await new Finder(context.Cluster).GateAsync(GateNames.Parse(wanted, context.Namespace), cancellation);
        return await PlanLoader.FromClusterAsync(context.Cluster, ClusterClient.ToGate(json), cancellation);
    }

    private int Answer(CommandContext context, ParseResult arguments, GatePlan plan, ShownTime times, DateTimeOffset at, DateTimeOffset now)
    {
        if (arguments.GetValue(_from) is not null || arguments.GetValue(_to) is not null)
            throw CommandException.Usage("--at asks about one instant: leave --from and --to out");
        if (context.Format == OutputFormat.Ics)
            throw CommandException.Usage("-o ics makes no sense with --at: expected table, json or yaml");
        var answer = new InstantAnswer(plan, at);
        if (context.IsForPrograms)
            context.Print(answer.ToJson());
        else
            answer.Print(context.Terminal, times, now);
        return answer.ExitCode;
    }

    private ScheduleSpan ReadSpan(CommandContext context, ParseResult arguments, TimeArgument reader, ShownTime times, DateTimeOffset now)
    {
        var from = arguments.GetValue(_from) is { } first ? reader.Read(first, "--from", now) : now;
        var length = context.Format switch { OutputFormat.Ics => "+366d", OutputFormat.Table => "+7d", _ => "+31d" };
        var to = reader.Read(arguments.GetValue(_to) ?? length, "--to", from);
        if (to <= from)
            throw CommandException.Usage($"--to: {times.Of(to)} is not after --from, which is {times.Of(from)}");
        return to <= from.AddYears(MaxYears) ? new ScheduleSpan(from, to, arguments.GetValue(_to) is not null)
            : throw CommandException.Usage($"--to: {times.Of(to)} is more than {MaxYears} years after --from, which is {times.Of(from)}");
    }
}
