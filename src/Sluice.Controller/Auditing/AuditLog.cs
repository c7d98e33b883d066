using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<AuditObject, AuditRecord> _written = new();
    private readonly ConcurrentQueue<Line> _waiting = new();
    private readonly List<AuditRecord> _owed = [];
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

    /// <summary>
    /// To be called before a decision is carried out; when it returns, go on. A decision that is tried again, since carrying it out failed, is
    /// written once; another one instead says that it overtakes it. Who is killed between the two decides again and writes again: twice, never not at all.
    /// </summary>
    /// <param name="record">The decision.</param>
    /// <param name="letsPass">Whether it lets something pass.</param>
    /// <exception cref="AuditException">It lets something pass and could not be written: do not carry it out, try again later.</exception>
    public void Deciding(AuditRecord record, bool letsPass)
    {
        if (path is null)
        {
            return;
        }

        var before = record.Object is { } about ? _written.GetValueOrDefault(about) : null;
        if (before is not null && IsSame(before, record))
        {
            return;
        }

        var line = new Line(record with { Overtakes = before?.Decision }, letsPass);
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
            throw new AuditException($"the decision {record.Decision} about {record.Object} cannot be written to audit log {path}, so it is not carried out: {failure.Message}", failure);
        }

        if (record.Object is { } decided)
        {
            _written[decided] = record;
        }
    }

    /// <summary>To be called when a decision about an object was carried out, or it is gone: the next one is a new one.</summary>
    public void Done(AuditObject about) => _written.TryRemove(about, out _);

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

        var failure = TryAppend([.. _owed, .. lines.Select(line => line.Record)]);
        if (failure is null)
        {
            _owed.Clear();
        }

        foreach (var line in lines)
        {
            line.IsTried = true;
            if (failure is null)
            {
                metrics.Audited(line.Record.Decision);
            }
            else if (line.LetsPass)
            {
                line.Failure = failure;
            }
            else
            {
                _owed.Add(line.Record);
            }
        }
    }

    private Exception? TryAppend(IReadOnlyList<AuditRecord> records)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            // After a failure part of a line may stand there: opening closes it off.
            _writer ??= AuditFileWriter.Open(path!, instance, time.GetUtcNow());
            _writer.Append(records);
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

    private static bool IsSame(AuditRecord one, AuditRecord other) =>
        (one.Decision, one.Revision, one.Digest, one.SpecDigest, one.By, one.Reason, one.Message)
            == (other.Decision, other.Revision, other.Digest, other.SpecDigest, other.By, other.Reason, other.Message)
        && one.Gates.SequenceEqual(other.Gates)
        && one.Approvals.SequenceEqual(other.Approvals);

    /// <summary>A record on its way into the file.</summary>
    private sealed class Line(AuditRecord record, bool letsPass)
    {
        public AuditRecord Record { get; } = record;

        public bool LetsPass { get; } = letsPass;

        public bool IsTried { get; set; }

        public Exception? Failure { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "audit log {Path}: line {Seq} is the last, with hash {Head}")]
    private partial void LogHead(string path, long seq, string head);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private partial void LogFailure(string problem);
}
