using System.Buffers;

namespace Sluice.Cli.Output;

/// <summary>Makes text from the cluster safe in a command that somebody is told to run: whoever may push, or write an annotation, would otherwise write what a shell runs.</summary>
internal static class ShellWord
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-");

    /// <summary>The text as one word to a POSIX shell: as it is, or in single quotes where a character of it could mean something.</summary>
    public static string Of(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Plain) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
