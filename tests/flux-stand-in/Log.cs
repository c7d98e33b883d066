namespace FluxStandIn;

/// <summary>One line for each thing that happened, so that a test or a person can follow the stand-in by reading.</summary>
internal sealed class Log(TextWriter writer, LogLevel level, TimeProvider time)
{
    private readonly Lock _lock = new();

    public void Debug(string line) => Write(LogLevel.Debug, line);

    public void Info(string line) => Write(LogLevel.Info, line);

    public void Error(string line) => Write(LogLevel.Error, line);

    private void Write(LogLevel lineLevel, string line)
    {
        if (lineLevel < level)
            return;

        // Several workers write, and a StringWriter of a test is not made for that.
        lock (_lock)
        {
            writer.WriteLine($"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {lineLevel.ToString().ToLowerInvariant()} {line}");
            writer.Flush();
        }
    }
}
