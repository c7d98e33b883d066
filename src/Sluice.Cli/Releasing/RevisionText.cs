using System.Text.RegularExpressions;

namespace Sluice.Cli.Releasing;

/// <summary>Revisions and digests as people read and write them.</summary>
internal static partial class RevisionText
{
    /// <summary>Fewer characters of a checksum than this name nothing.</summary>
    public const int FewestCharacters = 7;

    /// <summary>
    /// A text with every checksum in it abbreviated as Flux's command line does it: <c>main@sha1:65f6d4c3</c>. It is for reading: eight characters are
    /// met by another commit within seconds, if somebody wants them to be.
    /// </summary>
    public static string Short(string text) => Checksum().Replace(text, match => match.Value[..8]);

    /// <summary>
    /// Whether <paramref name="text"/> abbreviates a revision or a digest: at least seven characters of its checksum, alone or after what stands before
    /// it, such as <c>65f6d4c</c>, <c>sha1:65f6d4c</c> and <c>main@sha1:65f6d4c</c>.
    /// </summary>
    public static bool IsAbbreviation(string text, string full)
    {
        var (lead, start) = Split(text);
        var (whole, checksum) = Split(full);
        return start.Length >= FewestCharacters && Checksum().IsMatch(checksum) && checksum.StartsWith(start, StringComparison.Ordinal)
            && (lead.Length == 0 || lead == whole || whole.EndsWith($"@{lead}", StringComparison.Ordinal));
    }

    private static (string Lead, string Checksum) Split(string text)
    {
        var at = text.LastIndexOf(':') + 1;
        return (text[..at], text[at..]);
    }

    // As github.com/fluxcd/flux2's utils.TruncateHex: SHA-1 up to SHA-512.
    [GeneratedRegex(@"\b[a-f0-9]{40,128}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Checksum();
}
