namespace Sluice.Gating.Releases;

/// <summary>
/// Reads revisions as Flux writes them: <c>[ &lt;named pointer&gt; ] [ [ "@" ] &lt;algorithm&gt; ":" &lt;checksum&gt; ]</c> (RFC-0005 of Flux), read from the last @.
/// </summary>
public static class Revisions
{
    /// <summary>
    /// Whether two revisions are of the same content: the same checksum, by whatever branch or tag it was found. What has no checksum, such as the
    /// version of a chart, is the same only in full.
    /// </summary>
    public static bool IsSame(string one, string other) =>
        one == other || HasChecksum(one) && Checksum(one) == Checksum(other);

    /// <summary>Whether a revision has a checksum of its content; the version of a chart has none.</summary>
    public static bool HasChecksum(string revision) => Checksum(revision).Contains(':', StringComparison.Ordinal);

    /// <summary>What stands behind the last @: the checksum with its algorithm, <c>sha1:…</c>, or the version of a chart.</summary>
    public static string Checksum(string revision) => revision[(revision.LastIndexOf('@') + 1)..];
}
