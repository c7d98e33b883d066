using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary>Asks before something is done that cannot be undone, or only with trouble.</summary>
internal static class Confirmation
{
    /// <summary>Says on standard error what is about to happen, and reads the answer from standard input: yes, or anything else.</summary>
    public static async Task<bool> AskAsync(CommandContext context, string what)
    {
        await context.Terminal.Error.WriteAsync($"{Printable.Line(what)}\nGo on? [y/N] ");
        return (await Console.In.ReadLineAsync())?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
