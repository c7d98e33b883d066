using System.IO.Pipelines;
using System.Text;

namespace Sluice.Kubernetes.Tests;

/// <summary>The body of a watch, written line by line.</summary>
internal sealed class LineStream : Stream
{
    private readonly Pipe _pipe = new();
    private readonly Stream _reader;

    public LineStream() => _reader = _pipe.Reader.AsStream();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public ValueTask<FlushResult> SendAsync(string line) => _pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));

    public void End() => _pipe.Writer.Complete();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _reader.ReadAsync(buffer, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
