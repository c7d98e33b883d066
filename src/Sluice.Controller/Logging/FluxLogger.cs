namespace Sluice.Controller.Logging;

/// <summary>One category's logger; the factory's filters have decided on the level before it is asked.</summary>
internal sealed class FluxLogger(string category, FluxLoggerProvider provider) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => provider.Scopes?.Push(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        provider.Write(category, logLevel, formatter(state, exception), state, exception);
}
