namespace Sluice.Cli.Output;

/// <summary>
/// Makes text from the cluster safe for a terminal: anybody who may annotate a gate writes reasons, and an escape sequence in one
/// could repaint the reader's screen.
/// </summary>
internal static class Printable
{
    /// <summary>The text on one line, every control character and line break a space.</summary>
    public static string Line(string? text) =>
        string.IsNullOrEmpty(text) ? "" : string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = IsUnsafe(source[i]) ? ' ' : source[i];
        });

    // Line and paragraph separators, and what turns the direction of text.
    private static bool IsUnsafe(char c) => char.IsControl(c) || c is (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
