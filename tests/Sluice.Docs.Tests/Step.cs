using System.Collections.Immutable;

namespace Sluice.Docs.Tests;

/// <summary>One thing that a page has its reader do.</summary>
/// <param name="Line">The number of its last line, from 1: where what it prints begins.</param>
/// <param name="File">The file to write; null for a command.</param>
/// <param name="Text">The content of the file, or the command.</param>
/// <param name="Output">What the page says that the command prints; a line <c>...</c> stands for any lines.</param>
internal sealed record Step(int Line, string? File, string Text, ImmutableArray<string> Output)
{
    /// <summary>Whether it only looks, so that it may be run again until everything has settled.</summary>
    public bool OnlyLooks => File is null && Text.Split(' ') is var words && (words.Contains("get") || words.Contains("explain"));
}
