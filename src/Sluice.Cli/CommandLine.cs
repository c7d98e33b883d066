using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Sluice.Cli.Commands;
using Sluice.Cli.Completion;
using Sluice.Cli.Output;
using Sluice.Cli.Suggestions;
using Sluice.Gating.Gates;

namespace Sluice.Cli;

/// <summary>The command line as a whole: its commands, its help, and what a wrong one gets.</summary>
internal sealed class CommandLine
{
    private readonly Host _host;
    private readonly RootCommand _root;

    /// <param name="terminal">Where results and messages go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="program">How commands begin; see <see cref="ProgramName"/>.</param>
    public CommandLine(Terminal terminal, TimeProvider time, string program)
    {
        _host = new Host(terminal, time, program);
        _root = new RootCommand("Sluice holds what Flux would deploy until a gate opens: see, open and close gates, approve what waits, and ask why something is held.")
        {
            GetCommand.Create(_host),
            ExplainCommand.Create(_host),
            PendingCommand.Create(_host),
            new VoteCommand(approves: true).Create(_host),
            new VoteCommand(approves: false).Create(_host),
            new RevokeCommand().Create(_host),
            new RollbackCommand().Create(_host),
            HistoryCommand.Create(_host),
            ScheduleCommand.Create(_host),
            new RequestCommand(GateState.Opened).Create(_host),
            new RequestCommand(GateState.Closed).Create(_host),
            new FreezeCommand().Create(_host),
            ThawCommand.Create(_host),
            SuspendCommand.Create(_host),
            ResumeCommand.Create(_host),
            ReleaseOnceCommand.Create(_host),
            AuditCommand.Create(_host),
            CheckCommand.Create(_host),
            new InstallCommand().Create(_host),
            new UninstallCommand().Create(_host),
            VersionCommand.Create(_host),
            CompletionCommand.Create(_host),
        };
        _host.Options.AddTo(_root);
        // Completions are asked for by Completer.Verb, and the version by a command.
        _root.Directives.Clear();
        _root.Options.Remove(_root.Options.OfType<VersionOption>().First());
    }

    /// <summary>Carries out a command.</summary>
    /// <returns>See <see cref="ExitCodes"/>.</returns>
    public async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is [Completer.Verb, ..])
            return Completer.Complete(_host.Terminal, _root, arguments[1..]);
        var parsed = _root.Parse(arguments.Length == 0 ? ["--help"] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return parsed.Action switch
        {
            ParseErrorAction => Refuse(parsed),
            HelpAction => Help(parsed),
            _ => await InvokeAsync(parsed),
        };
    }

    private async Task<int> InvokeAsync(ParseResult parsed)
    {
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
#pragma warning disable CA1031 // What somebody can do something about, the host has caught. The rest is a bug, and a bug report needs all of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return _host.Fail($"this is a bug in sluice {VersionCommand.Version}; please report it with what follows\n{e}", ExitCodes.Bug);
        }
    }

    private int Help(ParseResult parsed)
    {
        using var text = new StringWriter();
        parsed.Invoke(new InvocationConfiguration { Output = text });
        var lines = text.ToString().Replace($"  {_root.Name} ", $"  {_host.Program} ", StringComparison.Ordinal).Split('\n');
        // An option of a command that stands before one of all commands is listed beside it.
        _host.Terminal.Output.Write(string.Join('\n', lines.Index().Where(line => !IsListedBefore(lines, line.Index)).Select(line => line.Item)));
        return ExitCodes.Ok;
    }

    private static bool IsListedBefore(string[] lines, int index)
    {
        const string Option = "  -o, --output ";
        return lines[index].StartsWith(Option, StringComparison.Ordinal) && lines.Take(index).Any(line => line.StartsWith(Option, StringComparison.Ordinal));
    }

    private int Refuse(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = command == _root ? _host.Program : $"{_host.Program} {string.Join(' ', Path(parsed))}";
        // One at a time: what is said first is often the cause of the rest.
        var errors = parsed.UnmatchedTokens is [var word, ..] && command.Subcommands.Count > 0
            ? [$"'{word}' is not a command of '{path}'{Suggest(word, command)}"]
            : parsed.Errors.Select(error => error.Message.TrimEnd('.')).Distinct().OrderBy(message => message.StartsWith("Required", StringComparison.Ordinal)).Take(1);
        return _host.Fail($"{errors.First()}\nsee '{path} --help'", ExitCodes.Usage);
    }

    private static string Suggest(string word, Command command) =>
        Nearest.Question(Nearest.To(word, command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))) is { } question ? $": {question}" : "";

    private static Stack<string> Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is { Parent: not null }; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            names.Push(result.Command.Name);
        return names;
    }
}
