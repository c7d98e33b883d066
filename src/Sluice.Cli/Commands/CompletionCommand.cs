using System.CommandLine;
using Sluice.Cli.Completion;

namespace Sluice.Cli.Commands;

/// <summary><c>completion SHELL</c>: prints what the shell has to run.</summary>
internal static class CompletionCommand
{
    public static Command Create(Host host)
    {
        var shell = new Argument<string>("SHELL") { HelpName = "SHELL", Description = "bash, zsh, fish or powershell" };
        shell.CompletionSources.Add(_ => CompletionScripts.Shells);
        var command = new Command("completion", "Print the completions for a shell: source <(sluice completion bash)") { shell };
        host.SetAction(command, (context, arguments, _) =>
        {
            context.Terminal.Output.Write(CompletionScripts.Of(arguments.GetRequiredValue(shell)));
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }
}
