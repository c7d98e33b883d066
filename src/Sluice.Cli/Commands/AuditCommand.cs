using System.CommandLine;
using System.Text;
using System.Text.Json;
using Sluice.Api.Audit;
using Sluice.Cli.Auditing;
using Sluice.Cli.Scheduling;

namespace Sluice.Cli.Commands;

/// <summary><c>audit verify FILE...</c> and <c>audit export FILE...</c>: of audit logs, in the order in which they were written. Asks no cluster.</summary>
internal sealed class AuditCommand
{
    private readonly Argument<string[]> _files = new("FILE") { HelpName = "FILE", Description = "The files of one log, the oldest first", Arity = ArgumentArity.OneOrMore };

    private readonly Option<string?> _after = new("--after") { Description = "The hash before the first line, where older files are not given. Default: the log begins here", HelpName = "HASH" };

    private readonly Option<string?> _expect = new("--expect") { Description = "The hash of the last line, noted elsewhere: finds lines that are missing at the end", HelpName = "HASH" };

    private readonly Option<bool> _head = new("--head") { Description = "Print the hash of the last line and nothing else, to note it elsewhere" };

    private readonly Option<string> _format = new("--format") { Description = "csv or json", HelpName = "FORMAT", DefaultValueFactory = _ => "csv" };

    private readonly Option<string?> _since = new("--since") { Description = $"Only what was decided at this time or later: {TimeArgument.Forms}, in UTC", HelpName = "TIME" };

    private readonly Option<string?> _until = new("--until") { Description = "Only what was decided before this time", HelpName = "TIME" };

    private readonly Option<string?> _object = new("--object") { Description = "Only what was decided about this object", HelpName = "KIND/NAMESPACE/NAME" };

    public static Command Create(Host host)
    {
        var own = new AuditCommand();
        own._format.AcceptOnlyFromAmong("csv", "json");
        var verify = new Command("verify", "Say whether an audit log is whole: the first line that was removed, changed, inserted or moved") { own._files, own._after, own._expect, own._head };
        host.SetAction(verify, own.VerifyAsync);
        var export = new Command("export", "Print an audit log as CSV or JSON, verifying it meanwhile") { own._files, own._after, own._expect, own._format, own._since, own._until, own._object };
        host.SetAction(export, own.ExportAsync);
        return new Command("audit", "Verify and export the controller's audit log") { verify, export };
    }

    private Task<int> VerifyAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var chain = Follow(arguments, static (_, _) => { }, cancellation);
        if (arguments.GetValue(_head))
            context.Terminal.WriteLine(chain.Head);
        else
            context.Terminal.WriteLine($"whole: {chain.Count} lines, the last is {chain.Seq} with hash {chain.Head}" + (chain.TornCount == 0 ? "" : $"; {chain.TornCount} torn writes, each accounted for"));
        return Task.FromResult(ExitCodes.Ok);
    }

    private Task<int> ExportAsync(CommandContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var reader = new TimeArgument(NodaTime.DateTimeZone.Utc, context.Now);
        var since = arguments.GetValue(_since) is { } from ? reader.Read(from, "--since", context.Now) : DateTimeOffset.MinValue;
        var until = arguments.GetValue(_until) is { } to ? reader.Read(to, "--until", context.Now) : DateTimeOffset.MaxValue;
        var about = arguments.GetValue(_object);
        if (about is not null && about.Split('/') is not [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }])
            throw CommandException.Usage($"--object: '{about}' does not name an object; expected KIND/NAMESPACE/NAME, for example Kustomization/flux-system/app");

        // Twice through the files, so that nothing of a broken log is printed; and the second time it is verified, too.
        Follow(arguments, static (_, _) => { }, cancellation);
        var isCsv = arguments.GetValue(_format) == "csv";
        var output = context.Terminal.Output;
        var count = 0;
        output.Write(isCsv ? AuditCsv.Header : "[");
        Follow(arguments, Print, cancellation);
        output.Write(isCsv ? "" : count == 0 ? "]\n" : "\n]\n");
        return Task.FromResult(ExitCodes.Ok);

        void Print(AuditLine line, byte[] bytes)
        {
            using var json = JsonDocument.Parse(bytes);
            if (!AuditCsv.IsWanted(json.RootElement, since, until, about))
                return;
            // JSON as it stands in the log, so that an auditor can check the hash of each line.
            output.Write(isCsv ? AuditCsv.Row(json.RootElement) : $"{(count == 0 ? "\n" : ",\n")}{Encoding.UTF8.GetString(bytes)}");
            count++;
        }
    }

    private AuditChain Follow(ParseResult arguments, Action<AuditLine, byte[]> whole, CancellationToken cancellation)
    {
        var chain = new AuditChain(arguments.GetValue(_after) ?? AuditChain.Genesis);
        foreach (var file in arguments.GetRequiredValue(_files))
        {
            try
            {
                if (AuditFile.AddTo(chain, file, Take) is { } found)
                    throw Broken(found.ToString());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CommandException.Usage($"{file} cannot be read: {e.Message}");
            }
        }

        if (chain.End() is { } loose)
            throw Broken($"{loose}\nno later line accounts for it: where the controller was killed while it wrote, it will do so when it starts again");
        if (arguments.GetValue(_expect) is { } expected && expected != chain.Head)
            throw Broken($"the last line is {chain.Seq} with hash {chain.Head}, expected hash {expected}: lines are missing at the end, or came after it was noted");
        return chain;

        void Take(AuditLine line, byte[] bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            whole(line, bytes);
        }
    }

    private static CommandException Broken(string what) => new($"the audit log is not whole\n{what}");
}
