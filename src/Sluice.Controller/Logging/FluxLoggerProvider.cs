using System.Buffers;

namespace Sluice.Controller.Logging;

/// <summary>
/// Writes each entry as one line, at once and whole, from any thread. There is no queue on purpose: what was logged before a crash has been
/// written, and an entry costs no second thread.
/// </summary>
internal sealed class FluxLoggerProvider(Stream output, LogEncoding encoding, TimeProvider clock) : ILoggerProvider, ISupportExternalScope
{
    private const int LargestKeptBuffer = 64 * 1024;

    private readonly Lock _writing = new();
    private readonly LogFields _fields = new();
    private ArrayBufferWriter<byte> _line = new(1024);

    public IExternalScopeProvider? Scopes { get; private set; }

    public ILogger CreateLogger(string categoryName) => new FluxLogger(categoryName, this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    public void Write(string logger, LogLevel level, string message, object? state, Exception? exception)
    {
        lock (_writing)
        {
            _fields.Collect(state, Scopes);
            try
            {
                FluxLogFormatter.Write(_line, encoding, clock.GetUtcNow(), level, logger, message, _fields, exception);
                output.Write(_line.WrittenSpan);
                output.Flush();
            }
            catch (IOException)
            {
                // Whoever read the log is gone; the controller's work goes on.
            }
            finally
            {
                _fields.Clear();
                _line.ResetWrittenCount();
                _line = _line.Capacity > LargestKeptBuffer ? new ArrayBufferWriter<byte>(1024) : _line;
            }
        }
    }

    public void Dispose()
    {
        // Standard error is nobody's to close.
    }
}
