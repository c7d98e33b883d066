using System.Buffers;

namespace Sluice.Api.Audit;

/// <summary>Follows the lines of an audit log, of one file or of several in order, and finds the first that is not what it has to be.</summary>
/// <param name="after">The hash before the first line, <see cref="Genesis"/> where the log begins; null: what the first line says.</param>
public sealed class AuditChain(string? after)
{
    /// <summary>The hash before the first line of a log.</summary>
    public const string Genesis = "0000000000000000000000000000000000000000000000000000000000000000";

    private readonly ArrayBufferWriter<byte> _loose = new();
    private AuditBreak? _firstLoose;
    private long _seq;

    /// <summary>The hash of the last line: who has noted it elsewhere will see when lines are missing at the end.</summary>
    public string Head { get; private set; } = after ?? Genesis;

    /// <summary>The number of the last line; 0 where there is none.</summary>
    public long Seq => _seq;

    /// <summary>How many lines were whole.</summary>
    public long Count { get; private set; }

    /// <summary>How often bytes of a write that was cut off stand in the log, accounted for by the line after them.</summary>
    public int TornCount { get; private set; }

    /// <summary>The bytes at the end that no line has accounted for yet; null where there are none.</summary>
    public TornBytes? Loose => _firstLoose is null ? null : new(_loose.WrittenCount, AuditLine.HashOf(_loose.WrittenSpan));

    /// <summary>Takes the next line.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="bytes">Its bytes, without the line break.</param>
    /// <param name="line">The line, where it is whole and in its place.</param>
    /// <returns>Where the chain is broken; null where it is not, or where the next line has to tell.</returns>
    public AuditBreak? Add(AuditPlace place, ReadOnlySpan<byte> bytes, out AuditLine? line)
    {
        if (!AuditLine.TryRead(bytes, out line, out var problem))
        {
            if (_firstLoose is not null)
            {
                _loose.Write("\n"u8);
            }

            _firstLoose ??= new(place, problem);
            _loose.Write(bytes);
            return null;
        }

        var found = Examine(place, line!);
        if (found is not null)
        {
            line = null;
            return found;
        }

        if (line!.Torn is not null)
        {
            TornCount++;
            _firstLoose = null;
            _loose.ResetWrittenCount();
        }

        (Head, _seq, Count) = (line.Hash, line.Seq, Count + 1);
        return null;
    }

    /// <summary>Says that there are no further lines.</summary>
    /// <returns>Where the chain is broken, if it ends with bytes that no line accounts for.</returns>
    public AuditBreak? End() => _firstLoose;

    private AuditBreak? Examine(AuditPlace place, AuditLine line)
    {
        if (line.Torn != Loose)
        {
            return _firstLoose ?? new(place, $"it says that {line.Torn!.Bytes} torn bytes stand before it, found none");
        }

        var takesItsWord = after is null && Count == 0;
        if (!takesItsWord && line.Previous != Head)
        {
            return new(place, $"expected line {_seq + 1}, whose previous is {Head}, found line {line.Seq}, whose previous is {line.Previous}: lines were removed, inserted or reordered");
        }

        var follows = Count > 0 || after == Genesis ? line.Seq == _seq + 1 : line.Seq > 0;
        return follows ? null : new(place, $"expected seq {_seq + 1}, found {line.Seq}");
    }
}
