using System.Formats.Tar;
using System.IO.Compression;

namespace FluxStandIn.Sources;

/// <summary>
/// Packs a tree as source-controller does: sorted, without owners and times, so that the digest depends on the content alone.
/// What belongs to Git itself (<c>.gitignore</c>, …) is left out, as by default there.
/// </summary>
internal static class ArtifactArchive
{
    private const UnixFileMode PlainFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static byte[] Pack(byte[] tar)
    {
        var files = new SortedDictionary<string, (UnixFileMode Mode, byte[] Content)>(StringComparer.Ordinal);
        using (var reader = new TarReader(new MemoryStream(tar)))
        {
            while (reader.GetNextEntry() is { } entry)
            {
                // Links are skipped, as Flux's appliers skip them; folders follow from the files.
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && !IsGitsOwn(entry.Name))
                    files[entry.Name] = (entry.Mode.HasFlag(UnixFileMode.UserExecute) ? PlainFile | UnixFileMode.UserExecute : PlainFile, Read(entry));
            }
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        using (var writer = new TarWriter(gzip, TarEntryFormat.Gnu))
        {
            foreach (var (path, (mode, content)) in files)
            {
                writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, path)
                {
                    Mode = mode,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    AccessTime = DateTimeOffset.UnixEpoch,
                    ChangeTime = DateTimeOffset.UnixEpoch,
                    DataStream = new MemoryStream(content),
                });
            }
        }

        return packed.ToArray();
    }

    /// <summary>Unpacks an artifact into an empty folder.</summary>
    public static async Task UnpackAsync(byte[] artifact, string folder, CancellationToken cancellation)
    {
        await using var gzip = new GZipStream(new MemoryStream(artifact), CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(gzip, folder, overwriteFiles: false, cancellation);
    }

    private static bool IsGitsOwn(string path) =>
        path.Split('/').Any(part => part is ".git" or ".gitignore" or ".gitmodules" or ".gitattributes" or ".sourceignore");

    private static byte[] Read(TarEntry entry)
    {
        using var content = new MemoryStream();
        entry.DataStream?.CopyTo(content);
        return content.ToArray();
    }
}
