namespace FluxStandIn.Sources;

/// <summary>Finds the bare repository on disk that a <c>spec.url</c> means.</summary>
internal static class GitRepositoryUrl
{
    /// <exception cref="IOException">There is no such folder, or the URL is not one that can be fetched here.</exception>
    public static string Folder(string url, string? gitRoot)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            throw new IOException($"'{url}' is not a URL");

        var folder = uri.IsFile ? uri.LocalPath
            : gitRoot is not null ? Path.Combine(gitRoot, uri.AbsolutePath.TrimStart('/'))
            : throw new IOException($"the stand-in fetches file:// only, unless --git-root says where '{url}' is");
        return Directory.Exists(folder) ? folder : throw new IOException($"repository not found: {folder}");
    }
}
