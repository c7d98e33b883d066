namespace FluxStandIn;

/// <summary>Severity of a log line, with the names of Flux's <c>--log-level</c>.</summary>
public enum LogLevel
{
    /// <summary>Every look at an object, also those that end at once.</summary>
    Debug,

    /// <summary>What was reconciled.</summary>
    Info,

    /// <summary>What failed and will be tried again.</summary>
    Error,
}
