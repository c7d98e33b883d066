namespace Sluice.Cli.Suggestions;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>More than this many suggestions are a list to read, not a help.</summary>
    private const int Most = 3;

    /// <summary>The candidates that a mistyped word may stand for, the likeliest first; none when nothing is near.</summary>
    /// <remarks>Near is a third of the word's letters mistyped (at least one), or a word that the candidate begins with or contains.</remarks>
    public static IReadOnlyList<string> To(string word, IEnumerable<string> candidates) =>
        word.Length == 0 ? [] :
        [
            .. candidates.Distinct(StringComparer.Ordinal)
                .Select(candidate => (candidate, distance: Distance(word, candidate)))
                .Where(pair => pair.distance <= Math.Max(1, word.Length / 3))
                .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
                .Take(Most)
                .Select(pair => pair.candidate),
        ];

    /// <summary>A clause for an error message: <c>did you mean a, b or c?</c>; null when there is nothing to suggest.</summary>
    public static string? Question(IReadOnlyList<string> suggestions) => suggestions switch
    {
        [] => null,
        [var only] => $"did you mean {only}?",
        _ => $"did you mean {string.Join(", ", suggestions.SkipLast(1))} or {suggestions[^1]}?",
    };

    private static int Distance(string word, string candidate) =>
        word.Length >= 3 && candidate.Contains(word, StringComparison.OrdinalIgnoreCase) ? 1 : EditDistance.Between(word, candidate);
}
