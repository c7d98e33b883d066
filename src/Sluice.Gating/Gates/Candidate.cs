using Sluice.Gating.Releases;

namespace Sluice.Gating.Gates;

/// <summary>A revision that a source has produced and that asks to pass. Two are the same only if all three are equal.</summary>
/// <param name="Revision">The revision as Flux writes it, for example <c>main@sha1:…</c>.</param>
/// <param name="Digest">The digest of its artifact, for example <c>sha256:…</c>.</param>
/// <param name="SpecDigest">
/// The digest of the source's spec that produced it, for example <c>sha256:…</c>: what a source ignores, includes or verifies changes what is
/// deployed as much as a commit does. Empty where there is no source.
/// </param>
public sealed record Candidate(string Revision, string Digest, string SpecDigest = "")
{
    /// <summary>
    /// What tells it from every other: the digests of artifact and spec, with <c>@</c> between them. Neither a revision of Flux nor a digest looks like that, for no name of a branch or tag has a colon.
    /// </summary>
    public string ExactName => $"{Digest}@{SpecDigest}";

    /// <summary>By what a gate is opened for it alone: its revision, or its digest where that is a version, which others may have as well.</summary>
    public string NameToOpen => Revisions.HasChecksum(Revision) ? Revision : Digest;

    /// <summary>Whether <paramref name="name"/>, a revision, a digest or an <see cref="ExactName"/>, names this candidate: full equality, never a prefix.</summary>
    public bool IsNamedBy(string name) => name == Revision || name == Digest || name.Length == Digest.Length + 1 + SpecDigest.Length && SpecDigest.Length > 0 && name == ExactName;
}
