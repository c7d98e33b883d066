using System.CommandLine;
using System.Text.Json;
using Sluice.Cli.Cluster;
using Sluice.Cli.Output;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary>Runs commands: gives each its context, and turns failures into messages and exit codes.</summary>
/// <param name="Terminal">Where results and messages go.</param>
/// <param name="Time">The clock.</param>
/// <param name="Program">How commands begin: <c>sluice</c>, <c>flux gate</c>, <c>kubectl gate</c>.</param>
internal sealed record Host(Terminal Terminal, TimeProvider Time, string Program)
{
    /// <summary>The options that every command takes.</summary>
    public GlobalOptions Options { get; } = new();

    /// <summary>Sets what a command does.</summary>
    /// <param name="command">The command.</param>
    /// <param name="action">Carries it out and returns the exit code.</param>
    /// <param name="failure">What a failure ends with, where that is not <see cref="ExitCodes.Failure"/>.</param>
    public void SetAction(Command command, Func<CommandContext, ParseResult, CancellationToken, Task<int>> action, Func<ParseResult, int>? failure = null) =>
        command.SetAction((arguments, cancellation) => RunAsync(arguments, action, failure?.Invoke(arguments) ?? ExitCodes.Failure, cancellation));

    private async Task<int> RunAsync(ParseResult arguments, Func<CommandContext, ParseResult, CancellationToken, Task<int>> action, int failure, CancellationToken cancellation)
    {
        using var context = new CommandContext(this, arguments);
        try
        {
            return await action(context, arguments, cancellation);
        }
        catch (CommandException e)
        {
            return Fail(e.Message, e.ExitCode == ExitCodes.Failure ? failure : e.ExitCode);
        }
        catch (KubernetesConfigurationException e)
        {
            return Fail(e.Message, failure);
        }
        catch (KubernetesApiException e)
        {
            return Fail(Failure.Describe(e, context.Cluster.Server, context.Cluster.Origin), failure);
        }
        catch (JsonException e)
        {
            return Fail($"an answer of the API server cannot be read: {e.Message}", failure);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    /// <summary>Says on standard error what is worth knowing, and maybe not meant so.</summary>
    public void Warn(string message) => Terminal.Error.Write($"warning: {Printable.Line(message)}\n");

    /// <summary>Says on standard error what went wrong.</summary>
    public int Fail(string message, int exitCode = ExitCodes.Failure)
    {
        foreach (var (line, index) in message.Split('\n').Select((line, index) => (line, index)))
            Terminal.Error.Write($"{(index == 0 ? "error: " : "       ")}{Printable.Line(line)}\n");
        return exitCode;
    }
}
