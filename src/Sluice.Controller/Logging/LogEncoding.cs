namespace Sluice.Controller.Logging;

/// <summary>How log lines are written, from <c>--log-encoding</c>.</summary>
public enum LogEncoding
{
    /// <summary><c>json</c>, the default: one object a line, for machines.</summary>
    Json,

    /// <summary><c>console</c>: tab-separated time, level, logger and message, with the fields as JSON at the end.</summary>
    Console,
}
