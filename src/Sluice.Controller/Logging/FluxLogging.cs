namespace Sluice.Controller.Logging;

/// <summary>The log as Flux's controllers have it: <c>--log-level</c>, <c>--log-encoding</c>, and lines on standard error.</summary>
public static class FluxLogging
{
    /// <summary>Reads <c>--log-level</c>: trace, debug, info or error. Warnings are shown from info on.</summary>
    public static bool TryParseLevel(string? text, out LogLevel level, out string? error)
    {
        LogLevel? known = text switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "error" => LogLevel.Error,
            _ => null,
        };
        level = known ?? LogLevel.Information;
        error = known is null ? $"'{text}' is not a log level; write trace, debug, info or error" : null;
        return known is not null;
    }

    /// <summary>Reads <c>--log-encoding</c>: json or console.</summary>
    public static bool TryParseEncoding(string? text, out LogEncoding encoding, out string? error)
    {
        encoding = text == "console" ? LogEncoding.Console : LogEncoding.Json;
        error = text is "console" or "json" ? null : $"'{text}' is not a log encoding; write json or console";
        return error is null;
    }

    /// <summary>
    /// Makes the loggers, without a container. What the framework has to say is left out below a warning, except at trace: Flux's logs are about
    /// objects, not about connections.
    /// </summary>
    /// <param name="level">The least level that is written.</param>
    /// <param name="encoding">How lines are written.</param>
    /// <param name="clock">For the <c>ts</c> of a line.</param>
    /// <param name="output">Where lines go; standard error by default, as Flux does. It stays open.</param>
    public static ILoggerFactory CreateFactory(LogLevel level, LogEncoding encoding, TimeProvider clock, Stream? output = null)
    {
        var framework = level == LogLevel.Trace || level > LogLevel.Warning ? level : LogLevel.Warning;
        var filters = new LoggerFilterOptions { MinLevel = level };
        filters.Rules.Add(new LoggerFilterRule(null, "Microsoft.*", framework, null));
        filters.Rules.Add(new LoggerFilterRule(null, "System.*", framework, null));
        return new LoggerFactory([new FluxLoggerProvider(output ?? Console.OpenStandardError(), encoding, clock)], filters);
    }
}
