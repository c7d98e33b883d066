namespace Sluice.Gating.Approvals;

/// <summary>
/// The names of who wrote a commit, as tools write them down: <c>anna</c>, <c>anna@example.com</c>, <c>Anna &lt;anna@example.com&gt;</c>, or several of
/// those with a comma, or what else people put there, between them.
/// </summary>
/// <remarks>
/// Each part that could be the name of somebody is one, and case does not matter, as it does not in e-mail addresses: to keep somebody from approving
/// who did not write the commit is an annoyance, and to let somebody who did is what must not happen.
/// </remarks>
public static class CommitAuthors
{
    private static readonly char[] Between = [',', ';', '&', '|', '/', '\r', '\n'];
    private static readonly char[] AroundAddresses = [.. Between, ' ', '\t', '(', ')', '[', ']', '<', '>', '"', '\''];

    /// <summary>Everything that the authors may be called by.</summary>
    public static IReadOnlySet<string> Names(IEnumerable<string> authors) =>
        authors.SelectMany(author => author.Split(Between).Append(author).Concat(Addresses(author))).SelectMany(Parts).Where(name => name.Any(char.IsLetterOrDigit)).ToHashSet(StringComparer.OrdinalIgnoreCase);

    // Every address, however it is set off.
    private static IEnumerable<string> Addresses(string author) =>
        author.Split(AroundAddresses).Where(word => word.Contains('@', StringComparison.Ordinal)).Select(word => word.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? word["mailto:".Length..] : word);

    // The whole, what stands before the first bracket, and what stands in brackets.
    private static IEnumerable<string> Parts(string author)
    {
        yield return Bare(author);
        var rest = author;
        while (rest.IndexOf('<', StringComparison.Ordinal) is var start and >= 0)
        {
            yield return Bare(rest[..start]);
            var end = rest.IndexOf('>', start);
            yield return Bare(end < 0 ? rest[(start + 1)..] : rest[(start + 1)..end]);
            rest = end < 0 ? "" : rest[(end + 1)..];
        }
    }

    private static string Bare(string name) => name.Trim().Trim('"').Trim();
}
