namespace Sluice.Kubernetes;

/// <summary>
/// Compares resource versions. Since KEP-5504 they are, for every built-in and custom resource, decimal integers
/// that may be compared within one resource.
/// </summary>
public static class ResourceVersions
{
    /// <summary>
    /// Whether <paramref name="candidate"/> is newer than <paramref name="than"/>. Versions that are no decimal integers
    /// (some aggregated API servers) cannot be ordered: any other one counts as newer.
    /// </summary>
    public static bool IsNewer(string? candidate, string? than)
    {
        if (string.IsNullOrEmpty(than))
            return true;
        if (string.IsNullOrEmpty(candidate))
            return false;
        if (!IsOrdered(candidate) || !IsOrdered(than))
            return !string.Equals(candidate, than, StringComparison.Ordinal);
        return candidate.Length != than.Length
            ? candidate.Length > than.Length
            : string.CompareOrdinal(candidate, than) > 0;
    }

    /// <summary>Whether the two can be ordered; a missing one is older than any other.</summary>
    public static bool AreOrdered(string? one, string? other) =>
        (string.IsNullOrEmpty(one) || IsOrdered(one)) && (string.IsNullOrEmpty(other) || IsOrdered(other));

    // As KEP-5504 has it: a decimal integer without sign or leading zero, of any length.
    private static bool IsOrdered(string version) => version[0] != '0' && version.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
}
