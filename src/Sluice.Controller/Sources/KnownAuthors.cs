using Sluice.Gating.Gates;
using Sluice.Gating.Releases;

namespace Sluice.Controller.Sources;

/// <summary>Who wrote a candidate: everybody of whom anything says so.</summary>
internal static class KnownAuthors
{
    /// <summary>Gives them; null when nothing says it.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="observed">Its gated source: who wrote what is stated there, and what was known when it was released before.</param>
    /// <param name="source">The source: the metadata of the artifact that it shows.</param>
    public static IReadOnlyList<string>? Of(Candidate candidate, ObservedGatedSource observed, SeenSource source)
    {
        var shown = source.Shown is { } present && IsSame(candidate, present) ? source.Authors ?? [] : [];
        var stated = (observed.Status?.Authors ?? [])
            .Where(statement => Revisions.IsSame(statement.Revision, candidate.Revision) && (statement.Digest is null || statement.Digest == candidate.Digest))
            .SelectMany(statement => new[] { statement.Author, statement.Committer });
        var before = observed.State.History.Where(release => IsSame(candidate, release.Candidate)).SelectMany(release => release.Authors ?? []);
        List<string> authors = [.. shown.Concat(stated).Concat(before).Where(author => !string.IsNullOrWhiteSpace(author)).OfType<string>().Distinct()];
        return authors.Count == 0 ? null : authors;
    }

    // Another spec of the source makes another candidate of them, and no other author.
    private static bool IsSame(Candidate one, Candidate other) => one.Revision == other.Revision && one.Digest == other.Digest;
}
