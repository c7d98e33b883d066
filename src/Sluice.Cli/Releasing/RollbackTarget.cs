using Sluice.Api.Sources;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;

namespace Sluice.Cli.Releasing;

/// <summary>What somebody wants back.</summary>
/// <param name="Candidate">What it is.</param>
/// <param name="Name">What names it alone, in full, and by which sluice-controller finds the same.</param>
/// <param name="ReleasedAt">When it was released last; <see langword="null"/>: it was set aside, and never was. Then it becomes a candidate again.</param>
internal sealed record RollbackTarget(Candidate Candidate, string Name, DateTimeOffset? ReleasedAt)
{
    /// <summary>Finds it among the releases of a gated source and what was set aside.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="text">A revision or a digest, in full or abbreviated; or, as <see cref="Candidate.ExactName"/> has them, the digests of artifact and spec.</param>
    /// <exception cref="CommandException">There is none, or there are several.</exception>
    public static RollbackTarget Find(GatedSource source, string text)
    {
        var history = source.Status?.History ?? [];
        var all = history.Select(record => (Candidate: record.ToCandidate(), ReleasedAt: (DateTimeOffset?)record.At))
            .Concat(source.Status?.SetAside is { } aside ? [(aside.ToCandidate(), null)] : []).DistinctBy(choice => choice.Candidate).ToList();
        var found = all.Where(choice => choice.Candidate.IsNamedBy(text)).ToList();
        if (found.Count == 0)
            found = [.. all.Where(choice => RevisionText.IsAbbreviation(text, choice.Candidate.Revision) || RevisionText.IsAbbreviation(text, choice.Candidate.Digest))];
        return found switch
        {
            [var only] => new(only.Candidate, Name(only.Candidate), only.ReleasedAt),
            [] => throw new CommandException(
                $"'{text}' is not among the last {history.Count} releases of {source.Subject()}: expected a revision or a digest of them, or at least {RevisionText.FewestCharacters} characters of a checksum"),
            _ => throw new CommandException(
                $"'{text}' could be each of {found.Count} of {source.Subject()}: name one in full\n{string.Join('\n', found.Select(choice => $"{Name(choice.Candidate)}  {choice.Candidate.Revision}, {Fate(choice.ReleasedAt)}"))}"),
        };

        string Name(Candidate candidate) => new[] { candidate.Revision, candidate.Digest }.FirstOrDefault(name => all.All(other => other.Candidate == candidate || !other.Candidate.IsNamedBy(name))) ?? candidate.ExactName;
    }

    private static string Fate(DateTimeOffset? releasedAt) => releasedAt is { } at ? $"released at {Rfc3339.Format(at)}" : "set aside, and never released";
}
