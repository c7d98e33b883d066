namespace Sluice.Controller.Notifications;

/// <content>What the sink says in the log.</content>
public sealed partial class FluxEventSink
{
    [LoggerMessage(LogLevel.Debug, "Event {Reason} of {Kind} {Namespace}/{Name} was a repeat; notification-controller has had it already")]
    private partial void LogDuplicate(string reason, string kind, string @namespace, string name);

    [LoggerMessage(LogLevel.Debug, "Event {Reason} of {Kind} {Namespace}/{Name} was not delivered yet ({Answer}); trying again")]
    private partial void LogRetry(string reason, string kind, string @namespace, string name, string answer);

    [LoggerMessage(LogLevel.Error, "Event {Reason} of {Kind} {Namespace}/{Name} was refused ({Answer}) and is dropped; check --events-addr")]
    private partial void LogRefused(string reason, string kind, string @namespace, string name, string answer);

    [LoggerMessage(
        LogLevel.Error,
        "Event {Reason} of {Kind} {Namespace}/{Name} was not delivered to {Address} in {Attempts} attempts ({Answer}) and is dropped")]
    private partial void LogUndelivered(string reason, string kind, string @namespace, string name, Uri? address, int attempts, string answer);

    [LoggerMessage(
        LogLevel.Error,
        "{QueueLength} events wait for {Address}; the oldest are dropped until one gets through (counted in sluice_events_dropped_total)")]
    private partial void LogQueueFull(int queueLength, Uri? address);

    [LoggerMessage(LogLevel.Error, "Event {Reason} could not be posted and is dropped")]
    private partial void LogFault(Exception exception, string reason);

    [LoggerMessage(LogLevel.Error, "Stopping: {Count} events could not be delivered to {Address} in time")]
    private partial void LogLostAtStop(int count, Uri? address);
}
