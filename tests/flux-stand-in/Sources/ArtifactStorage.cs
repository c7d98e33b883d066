using System.Security.Cryptography;
using FluxStandIn.Kubernetes;

namespace FluxStandIn.Sources;

/// <summary>The folder of the artifacts, laid out as source-controller's: <c>kind/namespace/name/file</c>.</summary>
internal sealed class ArtifactStorage(string root, TimeProvider time)
{
    // Flux's --artifact-retention-ttl: a superseded artifact can still be fetched for so long.
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(1);

    public string Root => root;

    /// <summary>Where the artifacts are served; known once the server listens.</summary>
    public Uri? Address { get; set; }

    public static string PathOf(ResourceKind kind, ObjectName source, string file) => $"{kind.Kind.ToLowerInvariant()}/{source.Namespace}/{source.Name}/{file}";

    public static string DigestOf(ReadOnlySpan<byte> artifact) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(artifact))}";

    public string UrlOf(string path) => new Uri(Address!, path).ToString();

    /// <summary>Whether the artifact is there and is what its digest says.</summary>
    public async Task<bool> HasAsync(string path, string digest, CancellationToken cancellation)
    {
        var file = File(path);
        return System.IO.File.Exists(file) && DigestOf(await System.IO.File.ReadAllBytesAsync(file, cancellation)) == digest;
    }

    public async Task StoreAsync(string path, byte[] artifact, CancellationToken cancellation)
    {
        var file = File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        // Never a half-written file under its final name: it is being served.
        var part = $"{file}.part";
        await System.IO.File.WriteAllBytesAsync(part, artifact, cancellation);
        System.IO.File.Move(part, file, overwrite: true);
    }

    /// <summary>Deletes what was superseded long enough ago.</summary>
    public void CollectGarbage(string currentPath)
    {
        var current = File(currentPath);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(current)!))
        {
            if (file != current && time.GetUtcNow() - System.IO.File.GetLastWriteTimeUtc(file) > Retention)
                System.IO.File.Delete(file);
        }
    }

    public void DeleteAll(ResourceKind kind, ObjectName source)
    {
        var folder = Path.GetDirectoryName(File(PathOf(kind, source, "any")))!;
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private string File(string path) => Path.Combine(root, path);
}
