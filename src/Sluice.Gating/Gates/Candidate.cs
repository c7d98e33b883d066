namespace Sluice.Gating.Gates;

/// <summary>A revision that a source has produced and that asks to pass.</summary>
/// <param name="Revision">The revision as Flux writes it, for example <c>main@sha1:…</c>.</param>
/// <param name="Digest">The digest of its artifact, for example <c>sha256:…</c>.</param>
public sealed record Candidate(string Revision, string Digest)
{
    /// <summary>Whether <paramref name="revisionOrDigest"/> names this candidate: full equality, never a prefix.</summary>
    public bool IsNamedBy(string revisionOrDigest) => revisionOrDigest == Revision || revisionOrDigest == Digest;
}
