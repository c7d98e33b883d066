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
    /// <summary>Whether <paramref name="revisionOrDigest"/> names this candidate: full equality, never a prefix.</summary>
    public bool IsNamedBy(string revisionOrDigest) => revisionOrDigest == Revision || revisionOrDigest == Digest;
}
