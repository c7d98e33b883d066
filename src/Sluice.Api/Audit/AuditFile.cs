namespace Sluice.Api.Audit;

/// <summary>The lines of a file, as bytes.</summary>
public static class AuditFile
{
    /// <summary>Each line without its line break. A last one without a line break is one, too.</summary>
    /// <param name="path">The file; others may write to it meanwhile.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it.</exception>
    public static IEnumerable<byte[]> ReadLines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[64 * 1024];
        using var line = new MemoryStream();
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            for (var start = 0; start < read;)
            {
                var length = buffer.AsSpan(start, read - start).IndexOf((byte)'\n');
                line.Write(buffer, start, length < 0 ? read - start : length);
                if (length < 0)
                {
                    break;
                }

                yield return line.ToArray();
                line.SetLength(0);
                start += length + 1;
            }
        }

        if (line.Length > 0)
        {
            yield return line.ToArray();
        }
    }

    /// <summary>Takes a file into a chain.</summary>
    /// <returns>Where the chain is broken; bytes at its end that a later line may account for do not break it: see <see cref="AuditChain.End"/>.</returns>
    /// <param name="chain">The chain.</param>
    /// <param name="path">The file.</param>
    /// <param name="whole">Told of each line that is whole and in its place, with its bytes. Default: nobody is.</param>
    public static AuditBreak? AddTo(AuditChain chain, string path, Action<AuditLine, byte[]>? whole = null)
    {
        var number = 0L;
        foreach (var bytes in ReadLines(path))
        {
            if (chain.Add(new(path, ++number), bytes, out var line) is { } found)
            {
                return found;
            }

            if (line is not null)
            {
                whole?.Invoke(line, bytes);
            }
        }

        return null;
    }
}
