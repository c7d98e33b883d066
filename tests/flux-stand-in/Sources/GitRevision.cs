namespace FluxStandIn.Sources;

/// <summary>A commit, and the branch, tag or reference that led to it.</summary>
internal sealed record GitRevision(string? Pointer, string Hash)
{
    /// <summary>RFC 0005: <c>main@sha1:…</c>, or <c>sha1:…</c> alone when no name was given.</summary>
    public override string ToString() => string.IsNullOrEmpty(Pointer) ? $"sha1:{Hash}" : $"{Pointer}@sha1:{Hash}";
}
