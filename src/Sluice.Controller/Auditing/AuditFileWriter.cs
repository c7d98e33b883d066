using System.Text;
using Sluice.Api.Audit;

namespace Sluice.Controller.Auditing;

/// <summary>
/// The open file of an audit log, of one process at a time. It only ever appends; what it has written is on the disk before it returns.
/// Opening it closes off what a write that was cut off has left.
/// </summary>
internal sealed class AuditFileWriter : IDisposable
{
    private readonly FileStream _lock;
    private readonly FileStream _file;
    private string _head;
    private long _seq;

    private AuditFileWriter(FileStream @lock, FileStream file, AuditChain chain) => (_lock, _file, _head, _seq) = (@lock, file, chain.Head, chain.Seq);

    /// <summary>The hash of the last line.</summary>
    public string Head => _head;

    /// <summary>The number of the last line.</summary>
    public long Seq => _seq;

    /// <summary>
    /// Opens the log at its end, and writes a line that says so. A file that is not there, or is empty, goes on from FILE.1, which it was rotated
    /// to; without that it begins a chain.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="instance">Who opens it.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="whole">Told of each line that is in it. Default: nobody is.</param>
    /// <exception cref="IOException">Another process has it, it cannot be written, or its chain is broken.</exception>
    public static AuditFileWriter Open(string path, string instance, DateTimeOffset now, Action<AuditLine>? whole = null)
    {
        try
        {
            var held = Lock(path);
            try
            {
                return Open(held, path, instance, now, whole);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new AuditException($"audit log {path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Appends, and waits until the disk has it.</summary>
    /// <param name="records">What to append.</param>
    /// <param name="hashes">Takes the hash of each line before anything is written: what of them stands in the file after a failure is known by it.</param>
    /// <exception cref="IOException">It could not be written, or only in part: open it anew.</exception>
    public void Append(IEnumerable<AuditRecord> records, ICollection<string> hashes)
    {
        using var bytes = new MemoryStream();
        var (head, seq) = (_head, _seq);
        foreach (var record in records)
        {
            AddLine(bytes, record, ref head, ref seq);
            hashes.Add(head);
        }

        Write(bytes);
        (_head, _seq) = (head, seq);
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static AuditFileWriter Open(FileStream held, string path, string instance, DateTimeOffset now, Action<AuditLine>? whole)
    {
        var chain = new AuditChain(after: null);
        var rotated = path + ".1";
        var source = new FileInfo(path) is { Exists: true, Length: > 0 } ? path : File.Exists(rotated) ? rotated : null;
        if (source is not null && AuditFile.AddTo(chain, source, (line, _) => whole?.Invoke(line)) is { } broken)
        {
            throw new AuditException($"audit log {broken}. Sluice does not add to a broken chain: keep the file as evidence, move it away, and start again");
        }

        if (source == rotated && chain.End() is { } loose)
        {
            throw new AuditException($"audit log {loose}. It was rotated before it was closed off: move {rotated} back to {path}, and start again");
        }

        // Nothing is buffered here: a write that fails must not come again with the next one.
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
        try
        {
            var writer = new AuditFileWriter(held, file, chain);
            writer.Begin(path, new() { At = now, Decision = "AuditLogOpened", By = instance, Torn = source == path ? chain.Loose : null });
            return writer;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Begin(string path, AuditRecord opened)
    {
        using var bytes = new MemoryStream();
        if (!EndsWithLineBreak(path))
        {
            bytes.WriteByte((byte)'\n');
        }

        AddLine(bytes, opened, ref _head, ref _seq);
        Write(bytes);
    }

    private void Write(MemoryStream bytes)
    {
        _file.Write(bytes.GetBuffer(), 0, (int)bytes.Length);
        _file.Flush(flushToDisk: true);
    }

    private static void AddLine(MemoryStream bytes, AuditRecord record, ref string head, ref long seq)
    {
        var line = AuditLine.Write(record, ++seq, head);
        head = Encoding.ASCII.GetString(line.AsSpan(line.Length - head.Length - 2, head.Length));
        bytes.Write(line);
        bytes.WriteByte((byte)'\n');
    }

    // A file of its own: who reads the log must not be kept from it.
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new AuditException($"audit log {path} is written by another process, which holds {path}.lock: give each controller a file of its own ({e.Message})", e);
        }
        catch (IOException e)
        {
            throw new AuditException($"audit log {path} cannot be written: {e.Message}", e);
        }
    }

    private static bool EndsWithLineBreak(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length == 0)
        {
            return true;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
