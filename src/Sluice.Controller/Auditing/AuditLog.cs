using System.Collections.Concurrent;
using Sluice.Api.Audit;

namespace Sluice.Controller.Auditing;

/// <summary>
/// Where reconcilers write a decision down before they act on it. What lets something pass waits until its line is on the disk, and does not pass
/// while it cannot be written; what holds is done all the same, and its line is owed. Without a path it does nothing.
/// </summary>
/// <param name="path">The file; null: there is no audit log.</param>
/// <param name="instance">Who writes, for the line that says that the log was opened.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told the head of the chain, to compare it later.</param>
internal sealed partial class AuditLog(string? path, string instance, TimeProvider time, ILogger<AuditLog> log) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<AuditObject, AuditRecord> _written = new();
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

        lock (_gate)
        {
            _writer = AuditFileWriter.Open(path, instance, time.GetUtcNow());
            LogHead(path, _writer.Seq, _writer.Head);
        }
    }

    /// <summary>
    /// To be called before a decision is carried out; when it returns, go on. A decision that is tried again, since carrying it out failed, is
    /// written once. Who is killed between the two decides again and writes again: twice, never not at all.
    /// </summary>
    /// <param name="record">The decision.</param>
    /// <param name="letsPass">Whether it lets something pass.</param>
    /// <exception cref="AuditException">It lets something pass and could not be written: do not carry it out, try again later.</exception>
    public void Deciding(AuditRecord record, bool letsPass)
    {
        if (path is null || record.Object is { } about && _written.TryGetValue(about, out var written) && IsSame(written, record))
        {
            return;
        }

        lock (_gate)
        {
            if (TryAppend(record) is { } failure)
            {
                if (letsPass)
                {
                    throw new AuditException($"the decision {record.Decision} about {record.Object} cannot be written to audit log {path}, so it is not carried out: {failure.Message}", failure);
                }

                // A hold must not wait for a disk.
                _owed.Add(record);
            }
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

        lock (_gate)
        {
            TryAppend(null);
        }
    }

    public void Dispose()
    {
        lock (_gate)
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

    /// <summary>Writes what is owed and a record; gives why it could not.</summary>
    private Exception? TryAppend(AuditRecord? record)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            // After a failure part of a line may stand there: opening closes it off.
            _writer ??= AuditFileWriter.Open(path!, instance, time.GetUtcNow());
            _writer.Append(record is null ? _owed : [.. _owed, record]);
            _owed.Clear();
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
            LogFailure(Problem);
            return e;
        }
    }

    private static bool IsSame(AuditRecord one, AuditRecord other) =>
        (one.Decision, one.Revision, one.Digest, one.SpecDigest, one.By, one.Reason, one.Message)
            == (other.Decision, other.Revision, other.Digest, other.SpecDigest, other.By, other.Reason, other.Message)
        && one.Gates.SequenceEqual(other.Gates)
        && one.Approvals.SequenceEqual(other.Approvals);

    [LoggerMessage(Level = LogLevel.Information, Message = "audit log {Path}: line {Seq} is the last, with hash {Head}")]
    private partial void LogHead(string path, long seq, string head);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}")]
    private partial void LogFailure(string problem);
}
