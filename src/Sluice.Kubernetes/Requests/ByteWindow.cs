using System.Buffers;

namespace Sluice.Kubernetes;

/// <summary>
/// A pooled, contiguous window over a stream: what was read and not yet consumed. Contiguous, so that each line or item
/// is decoded in one pass over one span, without copying.
/// </summary>
internal sealed class ByteWindow(int limit, int initial = 16 * 1024) : IDisposable
{
    private byte[] _buffer = [];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public int Length => _end - _start;

    public void Consume(int count) => _start += count;

    /// <summary>Reads once into the free space, making room first. Returns the bytes read; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">One line or item is longer than the limit.</exception>
    public async ValueTask<int> FillAsync(Stream stream, CancellationToken cancellation)
    {
        MakeRoom();
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += read;
        return read;
    }

    public void Dispose() => Replace([]);

    private void MakeRoom()
    {
        var length = Length;
        if (length == 0)
        {
            _start = _end = 0;
            // What a single large object needed is given back once it is through.
            if (_buffer.Length > initial * 4)
                Replace([]);
        }
        if (_buffer.Length == 0)
        {
            Replace(ArrayPool<byte>.Shared.Rent(initial));
            return;
        }
        if (_end < _buffer.Length - (_buffer.Length / 4))
            return;
        if (length >= limit)
            throw new InvalidDataException($"More than {limit} bytes without the end of a line or item.");
        // Grow only if moving to the front would not free half of the buffer.
        var target = length > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
        Unread.CopyTo(target);
        if (!ReferenceEquals(target, _buffer))
            Replace(target);
        (_start, _end) = (0, length);
    }

    private void Replace(byte[] next)
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = next;
    }
}
