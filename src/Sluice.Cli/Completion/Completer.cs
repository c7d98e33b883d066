using System.CommandLine;
using System.CommandLine.Completions;
using Sluice.Cli.Output;

namespace Sluice.Cli.Completion;

/// <summary>
/// <c>__complete WORD...</c>: what the last of these words can become, a line each, then <c>:</c> and a number. That is Cobra's protocol,
/// so that the completions of kubectl (<c>kubectl_complete-gate</c>) and of Flux can ask this program too.
/// </summary>
internal static class Completer
{
    /// <summary>The word that asks for completions; everything after it is the command line to complete, options included.</summary>
    public const string Verb = "__complete";

    // Cobra's ShellCompDirectiveNoFileComp and ShellCompDirectiveNoSpace.
    private const int NoFiles = 4;
    private const int NoSpace = 2;

    /// <summary>Prints the completions.</summary>
    public static int Complete(Terminal terminal, RootCommand root, string[] words)
    {
        var found = Find(root, words);
        foreach (var text in found)
            terminal.WriteLine(Printable.Line(text));
        var isHalfOfAName = found.Count > 0 && found.TrueForAll(text => text.EndsWith('/'));
        terminal.WriteLine($":{(isHalfOfAName ? NoFiles | NoSpace : NoFiles)}");
        return ExitCodes.Ok;
    }

    private static List<string> Find(RootCommand root, string[] words)
    {
        var word = words.Length == 0 ? "" : words[^1];
        try
        {
            var parsed = root.Parse(words);
            var candidates = PendingOption(parsed, root, words) is { } option ? option.GetCompletions(CompletionContext.Empty) : parsed.GetCompletions();
            return
            [
                .. candidates
                    .Select(item => item.InsertText ?? item.Label)
                    .Where(text => text.StartsWith(word, StringComparison.Ordinal) && text.Length > 0 && (word.StartsWith('-') || text[0] is not ('-' or '/')))
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ];
        }
#pragma warning disable CA1031 // The command line is not finished: what is wrong with it is told when it is carried out.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    // System.CommandLine completes the value of an option only where it has the text of the command line, not its words.
    private static Option? PendingOption(ParseResult parsed, RootCommand root, string[] words) =>
        words is not [.., ['-', ..] name, _] ? null : parsed.CommandResult.Command.Options.Concat(root.Options)
            .FirstOrDefault(option => option.Arity.MinimumNumberOfValues > 0 && (option.Name == name || option.Aliases.Contains(name)));
}
