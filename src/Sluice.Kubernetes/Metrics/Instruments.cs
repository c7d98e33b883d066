using System.Diagnostics.Metrics;

namespace Sluice.Kubernetes;

/// <summary>What is measured, under the names that client-go and controller-runtime use, so that their dashboards and alerts work.</summary>
internal static class Instruments
{
    private static readonly Meter Meter = new("Sluice");

    public static readonly Counter<long> Requests =
        Meter.CreateCounter<long>("rest_client_requests_total", description: "Requests to the API server, by method and status code.");

    public static readonly Histogram<double> RequestDuration =
        Meter.CreateHistogram<double>("rest_client_request_duration_seconds", "s", "Time until the head of the answer, by verb.");

    public static readonly Counter<long> Lists =
        Meter.CreateCounter<long>("reflector_lists_total", description: "Initial states fetched, by list or by streaming watch.");

    public static readonly Counter<long> Watches =
        Meter.CreateCounter<long>("reflector_watches_total", description: "Watches opened.");

    public static readonly Counter<long> WatchFailures =
        Meter.CreateCounter<long>("reflector_watch_failures_total", description: "Watches and lists that failed, by reason.");

    public static readonly Counter<long> WatchEvents =
        Meter.CreateCounter<long>("reflector_watch_events_total", description: "Events received, bookmarks included.");

    public static readonly Counter<long> Undecodable =
        Meter.CreateCounter<long>("informer_undecodable_total", description: "Objects that could not be understood.");

    public static readonly Counter<long> HandlerFailures =
        Meter.CreateCounter<long>("informer_handler_failures_total", description: "Exceptions thrown by handlers.");

    public static readonly UpDownCounter<long> CachedObjects =
        Meter.CreateUpDownCounter<long>("informer_objects", description: "Objects in the cache.");

    public static readonly UpDownCounter<long> QueueDepth =
        Meter.CreateUpDownCounter<long>("workqueue_depth", description: "Keys ready and not yet taken.");

    public static readonly Counter<long> QueueAdds =
        Meter.CreateCounter<long>("workqueue_adds_total", description: "Keys added.");

    public static readonly Counter<long> QueueRetries =
        Meter.CreateCounter<long>("workqueue_retries_total", description: "Keys added again after a failure.");

    public static readonly Histogram<double> QueueLatency =
        Meter.CreateHistogram<double>("workqueue_queue_duration_seconds", "s", "How long a key waits before it is taken.");

    public static readonly Histogram<double> QueueWork =
        Meter.CreateHistogram<double>("workqueue_work_duration_seconds", "s", "How long a key is worked on.");

    public static readonly Counter<long> Reconciles =
        Meter.CreateCounter<long>("controller_runtime_reconcile_total", description: "Reconciliations, by controller and result.");

    public static readonly Counter<long> ReconcileErrors =
        Meter.CreateCounter<long>("controller_runtime_reconcile_errors_total", description: "Failed reconciliations, by controller.");

    public static readonly Histogram<double> ReconcileTime =
        Meter.CreateHistogram<double>("controller_runtime_reconcile_time_seconds", "s", "Duration of a reconciliation, by controller.");

    public static readonly UpDownCounter<long> ActiveWorkers =
        Meter.CreateUpDownCounter<long>("controller_runtime_active_workers", description: "Workers that are reconciling, by controller.");

    public static readonly UpDownCounter<long> Leading =
        Meter.CreateUpDownCounter<long>("leader_election_master_status", description: "1 while this process leads, by lease.");

    public static readonly Counter<long> EventsDropped =
        Meter.CreateCounter<long>("events_dropped_total", description: "Kubernetes Events that were not recorded.");

    private static readonly List<IQueueObservation> Queues = [];

    static Instruments()
    {
        Meter.CreateObservableGauge("workqueue_unfinished_work_seconds", () => Observe(q => q.UnfinishedSeconds), "s",
            "Seconds of work in progress, summed over the keys in work; growing means stuck workers.");
        Meter.CreateObservableGauge("workqueue_longest_running_processor_seconds", () => Observe(q => q.LongestRunningSeconds), "s",
            "How long the longest running worker has been on its key.");
    }

    /// <summary>Tags a measurement with the name of its queue, informer or lease.</summary>
    public static KeyValuePair<string, object?> Named(string name) => new("name", name);

    public static void Add(IQueueObservation queue)
    {
        lock (Queues)
            Queues.Add(queue);
    }

    public static void Remove(IQueueObservation queue)
    {
        lock (Queues)
            Queues.Remove(queue);
    }

    private static List<Measurement<double>> Observe(Func<IQueueObservation, double> value)
    {
        lock (Queues)
            return Queues.ConvertAll(queue => new Measurement<double>(value(queue), Named(queue.Name)));
    }
}
