using System.Text;
using System.Text.Json.Nodes;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Sources;

/// <summary>Reads a bare repository with the git program.</summary>
internal sealed class GitClone(string folder)
{
    /// <summary>
    /// The revision that <c>spec.ref</c> points at, by source-controller's precedence (commit, name, semver, tag, branch; branch master by default)
    /// and in its notation (RFC 0005).
    /// </summary>
    /// <exception cref="IOException">Git has no such reference.</exception>
    public async Task<GitRevision> ResolveAsync(JsonNode? reference, CancellationToken cancellation)
    {
        var branch = reference.Text("branch");
        if (reference.Text("commit") is { Length: > 0 } commit)
            return await RevisionAsync(branch, commit, cancellation);
        if (reference.Text("name") is { Length: > 0 } name)
            return await RevisionAsync(name, name, cancellation);
        if (reference.Text("semver") is { Length: > 0 })
            throw new IOException("spec.ref.semver is not played by the stand-in: use a branch, a tag, a name or a commit");
        if (reference.Text("tag") is { Length: > 0 } tag)
            return await RevisionAsync(tag, $"refs/tags/{tag}", cancellation);
        branch ??= "master";
        return await RevisionAsync(branch, $"refs/heads/{branch}", cancellation);
    }

    /// <summary>The tree of a commit as a tar stream.</summary>
    public Task<byte[]> ArchiveAsync(string commit, CancellationToken cancellation) => GitAsync(["archive", "--format=tar", commit], cancellation);

    private async Task<GitRevision> RevisionAsync(string? pointer, string reference, CancellationToken cancellation)
    {
        // ^{commit}: an annotated tag is an object of its own.
        var hash = Encoding.ASCII.GetString(await GitAsync(["rev-parse", "--verify", "--end-of-options", $"{reference}^{{commit}}"], cancellation)).Trim();
        return new GitRevision(pointer, hash);
    }

    // The repository may belong to another user than the one who runs the tests.
    private Task<byte[]> GitAsync(string[] arguments, CancellationToken cancellation) =>
        RunProgram.OutputAsync("git", ["-c", $"safe.directory={folder}", "--git-dir", folder, .. arguments], cancellation);
}
