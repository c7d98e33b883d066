using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sluice.Api.Audit;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Auditing;

/// <summary>
/// Where reconcilers write a decision down before they act on it. What lets something pass waits until its line is on the disk, and does not pass
/// while it cannot be written; what holds is done all the same, and its line is owed. Without a path it does nothing.
/// </summary>
/// <param name="path">The file; null: there is no audit log.</param>
/// <param name="instance">Who writes, for the line that says that the log was opened.</param>
/// <param name="metrics">Counts what was written, and what could not be.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told the head of the chain, to compare it later.</param>
internal sealed partial class AuditLog(string? path, string instance, SluiceMetrics metrics, TimeProvider time, ILogger<AuditLog> log) : IDisposable
{
    // The file, and what is owed to it.
    private readonly Lock _file = new();
    private readonly ConcurrentDictionary<AuditObject, ImmutableArray<Standing>> _standing = new();
    private readonly ConcurrentQueue<Line> _waiting = new();
    private readonly List<AuditRecord> _owed = [];
    // What was refused, since the write failed that it was part of, and may stand in the file all the same; by the hash of its line.
    private readonly Dictionary<string, AuditRecord> _doubtful = [];
    private AuditFileWriter? _writer;
    private bool _isOver;

    /// <summary>Whether there is an audit log at all: else no record need be made.</summary>
    public bool IsOn => path is not null;

    /// <summary>Why decisions cannot be written at present; null while they can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Opens the log. For the leader alone.</summary>
    /// <exception cref="IOException">It cannot be opened; see <see cref="AuditFileWriter"/>.</exception>
    public void Start()
    {
        if (path is null)
        {
            return;
        }

        lock (_file)
        {
            _writer = AuditFileWriter.Open(path, instance, time.GetUtcNow());
            LogHead(path, _writer.Seq, _writer.Head);
        }
    }

    /// <inheritdoc cref="Deciding(IReadOnlyList{AuditRecord}, bool)"/>
    public void Deciding(AuditRecord record, bool letsPass) => Deciding([record], letsPass);

    /// <summary>
    /// To be called before decisions about one object are carried out together; when it returns, go on. A decision that is tried again, since carrying it out failed, is
    /// written once; another one instead says that it overtakes it. Who is killed between the two decides again and writes again: twice, never not at all.
    /// </summary>
    /// <param name="records">The decisions, in order.</param>
    /// <param name="letsPass">Whether they let something pass.</param>
    /// <exception cref="AuditException">They let something pass and could not be written: do not carry them out, try again later.</exception>
    public void Deciding(IReadOnlyList<AuditRecord> records, bool letsPass)
    {
        if (path is null || ToWrite(records).Count == 0)
        {
            return;
        }

        var line = new Line(records, letsPass);
        _waiting.Enqueue(line);
        lock (_file)
        {
            // Who waited for the file may find the line written, with those that waited as well: one wait for the disk is enough for all of them.
            if (!line.IsTried)
            {
                TryWriteWaiting();
            }
        }

        if (line.Failure is { } failure)
        {
            throw new AuditException(
                $"the decision {string.Join(", ", records.Select(record => record.Decision))} about {records[0].Object} cannot be written to audit log {path}, so it is not carried out: {failure.Message}", failure);
        }

        if (records[0].Object is { } decided)
        {
            // When it was decided first: it may have been carried out by that try.
            var before = _standing.GetValueOrDefault(decided, []);
            _standing[decided] = [.. records.Select(record => new Standing(before.Select(other => other.Record).FirstOrDefault(other => IsSame(other, record)) ?? record, IsSure: true))];
        }
    }

    /// <summary>Writes that what stands in the log about an object was not carried out, and will not be. Holds for nothing.</summary>
    public void TakeBack(AuditRecord record)
    {
        Deciding(record, letsPass: false);
        Done(record.Object!);
    }

    /// <summary>Decisions about an object that stand in the log, and of which nobody has said yet that they were carried out. Most often none.</summary>
    public ImmutableArray<AuditRecord> Open(AuditObject about) => _standing.TryGetValue(about, out var standing) ? [.. standing.Select(open => open.Record)] : [];

    /// <summary>To be called when the decisions about an object were carried out, or it is gone: the next one is a new one.</summary>
    public void Done(AuditObject about) => _standing.TryRemove(about, out _);

    /// <summary>To be called when some of the decisions about an object were carried out, and others are still open.</summary>
    public void Done(AuditObject about, IReadOnlyList<AuditRecord> some)
    {
        if (_standing.TryGetValue(about, out var standing))
        {
            _standing[about] = [.. standing.Where(open => !AreAmong([open.Record], some))];
        }
    }

    /// <summary>Writes what is owed, if it can be written by now.</summary>
    public void WriteOwed()
    {
        if (path is null || Problem is null)
        {
            return;
        }

        lock (_file)
        {
            TryWriteWaiting();
        }
    }

    public void Dispose()
    {
        lock (_file)
        {
            if (_owed.Count > 0)
            {
                TryWriteWaiting();
            }

            _isOver = true;
            if (_writer is { } writer)
            {
                LogHead(path!, writer.Seq, writer.Head);
                writer.Dispose();
                _writer = null;
            }
        }
    }

    /// <summary>Writes what is owed and what waits. What could not be written and holds is owed from now on: a hold must not wait for a disk.</summary>
    private void TryWriteWaiting()
    {
        List<Line> lines = [];
        while (_waiting.TryDequeue(out var line))
        {
            lines.Add(line);
        }

        // After a failure part of a line may stand there, and whole ones of what was refused: opening closes it off, and finds them.
        var failure = Try(() => _writer ??= Open());
        var written = lines.Select(line => (line.LetsPass, Records: ToWrite(line.Records))).ToList();
        List<AuditRecord> all = [.. _owed, .. written.SelectMany(line => line.Records)];
        List<string> hashes = [];
        failure ??= Try(() => _writer!.Append(all, hashes));
        if (failure is null)
        {
            _owed.Clear();
            all.ForEach(record => metrics.Audited(record.Decision));
        }
        else
        {
            var refused = written.Where(line => line.LetsPass).SelectMany(line => line.Records).ToHashSet(ReferenceEqualityComparer.Instance);
            foreach (var (hash, record) in hashes.Zip(all).Where(line => refused.Contains(line.Second)))
            {
                _doubtful[hash] = record;
            }

            _owed.AddRange(_isOver ? [] : written.Where(line => !line.LetsPass).SelectMany(line => line.Records));
        }

        foreach (var line in lines)
        {
            (line.IsTried, line.Failure) = (true, line.LetsPass ? failure : null);
        }
    }

    private AuditFileWriter Open()
    {
        var writer = AuditFileWriter.Open(path!, instance, time.GetUtcNow(), line =>
        {
            if (_doubtful.TryGetValue(line.Hash, out var record) && record.Object is { } about)
            {
                var others = _standing.GetValueOrDefault(about, []);
                _standing[about] = others.Any(other => IsSame(other.Record, record)) ? others : others.Add(new(record, IsSure: false));
            }
        });
        _doubtful.Clear();
        return writer;
    }

    /// <summary>What is to be written of decisions about one object: what does not stand there for sure. The first says what they overtake.</summary>
    private List<AuditRecord> ToWrite(IReadOnlyList<AuditRecord> records)
    {
        var standing = records is [{ Object: { } about }, ..] ? _standing.GetValueOrDefault(about, []) : [];
        var overtaken = standing.Where(other => !AreAmong([other.Record], records)).Select(other => other.Record.Decision).Distinct().ToList();
        var written = records.Where(record => !standing.Any(other => other.IsSure && IsSame(other.Record, record))).ToList();
        if (overtaken.Count > 0)
        {
            // Where all of it stands there already, one is written again, to say so.
            written = written.Count == 0 ? [records[0]] : written;
            written[0] = written[0] with { Overtakes = string.Join(", ", overtaken) };
        }

        return written;
    }

    private Exception? Try(Action write)
    {
        if (_isOver)
        {
            return new ObjectDisposedException(nameof(AuditLog));
        }

        try
        {
            write();
            Problem = null;
            return null;
        }
#pragma warning disable CA1031 // Whatever it was (a file that is too large is no IOException), part of a line may stand there now.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _writer?.Dispose();
            _writer = null;
            Problem = $"audit log {path} cannot be written, so nothing is released: {e.Message}";
            metrics.AuditFailed();
            LogFailure(Problem);
            return e;
        }
    }

    /// <summary>Whether decisions are all among others, whenever they were made.</summary>
    public static bool AreAmong(IEnumerable<AuditRecord> some, IReadOnlyList<AuditRecord> others) => some.All(one => others.Any(other => IsSame(one, other)));

    /// <summary>Whether two are the same decision, whenever it was made.</summary>
    public static bool IsSame(AuditRecord one, AuditRecord other) =>
        (one.Decision, one.Revision, one.Digest, one.SpecDigest, one.By, one.Reason, one.Message)
            == (other.Decision, other.Revision, other.Digest, other.SpecDigest, other.By, other.Reason, other.Message)
        && one.Gates.SequenceEqual(other.Gates)
        && one.Approvals.SequenceEqual(other.Approvals);

    /// <summary>A decision that was written, and not yet carried out.</summary>
    /// <param name="Record">The decision.</param>
    /// <param name="IsSure">Whether it was told to be on the disk, or is owed: else it was found there after its write had failed, and is written again.</param>
    private readonly record struct Standing(AuditRecord Record, bool IsSure);

    /// <summary>Decisions about one object on their way into the file.</summary>
    private sealed class Line(IReadOnlyList<AuditRecord> records, bool letsPass)
    {
        public IReadOnlyList<AuditRecord> Records { get; } = records;

        public bool LetsPass { get; } = letsPass;

        public bool IsTried { get; set; }

        public Exception? Failure { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "audit log {Path}: line {Seq} is the last, with hash {Head}")]
    private partial void LogHead(string path, long seq, string head);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private partial void LogFailure(string problem);
}
