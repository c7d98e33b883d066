using Sluice.Api.Sources;

namespace Sluice.Cli.Releasing;

/// <summary>Finds the release that somebody wants back, and the full name by which sluice-controller finds the same.</summary>
internal static class RollbackTarget
{
    /// <summary>Whether somebody means what was set aside, and never released: that it becomes a candidate again.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="text">A revision or a digest, in full or abbreviated.</param>
    public static CandidateKey? FindSetAside(GatedSource source, string text) =>
        source.Status is { SetAside: { } aside } status && status.History?.Any(record => Names(text, record.Revision, record.Digest)) != true && Names(text, aside.Revision, aside.Digest) ? aside : null;

    /// <summary>By what sluice-controller finds what was set aside: the revision, or the digest where a release has that revision, too.</summary>
    /// <exception cref="CommandException">A release has both.</exception>
    public static string NameOf(GatedSource source, CandidateKey aside) =>
        new[] { aside.Revision, aside.Digest }.FirstOrDefault(name => source.Status?.History?.Any(record => record.ToCandidate().IsNamedBy(name)) != true)
        ?? throw new CommandException($"there is a release of {source.Subject()} with the revision and the digest of what was set aside, from another spec of the source: it cannot be told apart");

    /// <summary>Finds it.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="history">Its releases, the newest first.</param>
    /// <param name="text">A revision or a digest, in full or abbreviated.</param>
    /// <returns>The release, and its revision, or its digest where the revision is that of another one, too.</returns>
    /// <exception cref="CommandException">There is none, or there are several.</exception>
    public static (ReleaseRecord Record, string Name) Find(GatedSource source, IReadOnlyList<ReleaseRecord> history, string text)
    {
        var found = history.Where(record => record.ToCandidate().IsNamedBy(text)).DistinctBy(ReleaseStates.ToCandidate).ToList();
        if (found.Count == 0)
            found = [.. history.Where(record => RevisionText.IsAbbreviation(text, record.Revision) || RevisionText.IsAbbreviation(text, record.Digest)).DistinctBy(ReleaseStates.ToCandidate)];
        if (found is not [var only])
        {
            throw new CommandException(found.Count == 0
                ? $"'{text}' is not among the last {history.Count} releases of {source.Subject()}: expected a revision or a digest of them, or at least {RevisionText.FewestCharacters} characters of a checksum"
                : $"'{text}' could be each of {found.Count} releases of {source.Subject()}: name one by its digest\n{string.Join('\n', found.Select(record => $"{record.Revision}  {record.Digest}"))}");
        }

        // The controller takes the newest that is called so.
        var name = new[] { only.Revision, only.Digest }.FirstOrDefault(name => history.First(record => record.ToCandidate().IsNamedBy(name)).ToCandidate() == only.ToCandidate());
        return name is null
            ? throw new CommandException($"there is a later release of {source.Subject()} with the revision and the digest of that one, from another spec of the source: it cannot be told apart")
            : (only, name);
    }

    private static bool Names(string text, string revision, string digest) =>
        text == revision || text == digest || RevisionText.IsAbbreviation(text, revision) || RevisionText.IsAbbreviation(text, digest);
}
