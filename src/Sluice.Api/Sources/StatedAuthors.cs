namespace Sluice.Api.Sources;

/// <summary>Who wrote a revision, stated by somebody who may, such as a CI job: Flux tells no authors of Git commits.</summary>
public sealed record StatedAuthors
{
    /// <summary>The revision, or its checksum alone: <c>sha1:…</c>.</summary>
    public string Revision { get; set; } = "";

    /// <summary>The digest of its artifact. Unset: whatever it is.</summary>
    public string? Digest { get; init; }

    /// <summary>Who wrote it: a name, an e-mail address, or both as Git writes them; several with commas between them.</summary>
    public string Author { get; set; } = "";

    /// <summary>Who committed it, in the same form. Unset: who wrote it.</summary>
    public string? Committer { get; init; }
}
