using System.Diagnostics.Metrics;
using Sluice.Api.Gates;

namespace Sluice.Controller.Metrics;

/// <summary>
/// The controller's own instruments, and the end of a series when its object is gone. <c>docs</c> lists them for users; names and labels are a
/// public contract.
/// </summary>
public sealed class SluiceMetrics : IDisposable
{
    /// <summary>The name of every meter of this product; <c>Sluice.Kubernetes</c> has one of its own under the same name.</summary>
    public const string MeterName = "Sluice";

    private const double Minute = 60;
    private const double Hour = 60 * Minute;
    private const double Day = 24 * Hour;

    // A hold lasts from seconds (a gate opened at once) to weeks (a change freeze).
    private static readonly double[] HoldBounds =
    [
        1, 10, Minute, 5 * Minute, 15 * Minute, Hour, 4 * Hour, 12 * Hour, Day, 3 * Day, 7 * Day, 14 * Day, 28 * Day,
    ];

    private readonly PrometheusExposition _exposition;
    private readonly Meter _meter;
    private readonly Histogram<double> _reconciles;
    private readonly Histogram<double> _holds;
    private readonly Histogram<double> _eventRequests;
    private readonly Counter<long> _transitions;
    private readonly Counter<long> _eventsDropped;
    private readonly Counter<long> _admissions;
    private readonly Counter<long> _audited;
    private readonly Counter<long> _auditFailures;

    /// <param name="exposition">Where the instruments are shown, under the same meter name.</param>
    public SluiceMetrics(PrometheusExposition exposition)
    {
        _exposition = exposition;
        _meter = new Meter(exposition.MeterName);
        _reconciles = _meter.CreateHistogram<double>(
            "gotk_reconcile_duration_seconds", description: "The duration in seconds of a GitOps Toolkit resource reconciliation.");
        _transitions = _meter.CreateCounter<long>(
            "sluice_transitions_total", description: "How many times a gate opened or closed, by the state it went to and why.");
        _holds = _meter.CreateHistogram(
            "sluice_hold_seconds",
            unit: null,
            description: "How long released objects had been held, in seconds.",
            tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = HoldBounds });
        _eventRequests = _meter.CreateHistogram<double>(
            "sluice_event_request_duration_seconds",
            description: "The duration in seconds of requests that post events to notification-controller, by the code of the answer.");
        _eventsDropped = _meter.CreateCounter<long>(
            "sluice_events_dropped_total", description: "How many events were not delivered to notification-controller, and why.");
        _admissions = _meter.CreateCounter<long>(
            "sluice_admission_requests_total", description: "How many requests the API server asked the webhook about, by what became of them.");
        _audited = _meter.CreateCounter<long>("sluice_audit_records_total", description: "How many decisions were written to the audit log, by the decision.");
        _auditFailures = _meter.CreateCounter<long>(
            "sluice_audit_failures_total", description: "How many times the audit log could not be written; while it cannot, nothing is released.");
        ProcessMetrics.Register(_meter);
    }

    /// <summary>
    /// Shows <c>sluice_gate_opened</c> (1 opened, 0 closed) and <c>sluice_gate_held_objects</c>, both by <c>namespace</c> and <c>name</c> of the
    /// gate. Call it once; the callback runs at every scrape, on the scraper's thread, and a gate that it leaves out has no series.
    /// </summary>
    public void ObserveGates(Func<IEnumerable<GateReading>> gates)
    {
        _meter.CreateObservableGauge(
            "sluice_gate_opened",
            () => gates().Select(g => new Measurement<int>(g.Opened ? 1 : 0, Label("namespace", g.Namespace), Label("name", g.Name))),
            description: "Whether a gate is opened (1) or closed (0).");
        _meter.CreateObservableGauge(
            "sluice_gate_held_objects",
            () => gates().Select(g => new Measurement<int>(g.Held, Label("namespace", g.Namespace), Label("name", g.Name))),
            description: "How many objects a gate holds now; an object behind two closed gates counts for both.");
    }

    /// <summary>
    /// Shows <c>sluice_held_objects</c> by <c>kind</c> and <c>namespace</c> of the held objects. It has no gate label on purpose: an object may be
    /// held by several gates, and a sum over them would count it twice. Call it once; the callback runs at every scrape.
    /// </summary>
    public void ObserveHeldObjects(Func<IEnumerable<HeldReading>> held) =>
        _meter.CreateObservableGauge(
            "sluice_held_objects",
            () => held().Select(h => new Measurement<int>(h.Count, Label("kind", h.Kind), Label("namespace", h.Namespace))),
            description: "How many objects are held now, each counted once.");

    /// <summary>Records that an object was reconciled: <c>gotk_reconcile_duration_seconds</c>, with Flux's labels and buckets.</summary>
    public void Reconciled(string kind, string @namespace, string name, TimeSpan took) =>
        _reconciles.Record(took.TotalSeconds, Label("kind", kind), Label("name", name), Label("namespace", @namespace));

    /// <summary>Counts a transition of a gate.</summary>
    /// <param name="namespace">The gate's namespace.</param>
    /// <param name="name">The gate's name.</param>
    /// <param name="to">The state it went to: <c>opened</c> or <c>closed</c>.</param>
    /// <param name="reason">Why, as one of a closed set of words; never free text, which would make a series of its own each time.</param>
    public void Transitioned(string @namespace, string name, string to, string reason) =>
        _transitions.Add(1, [Label("namespace", @namespace), Label("name", name), Label("to", to), Label("reason", reason)]);

    /// <summary>Records that an object was released, and how long it had been held.</summary>
    public void Released(string kind, TimeSpan heldFor) => _holds.Record(heldFor.TotalSeconds, Label("kind", kind));

    /// <summary>
    /// Ends the series of an object that was deleted, so that they vanish from the next scrape. Call it after the last measurement about the
    /// object: a later one starts its series anew. What the observed callbacks report ends by itself.
    /// </summary>
    public void Forget(string kind, string @namespace, string name)
    {
        _exposition.Remove(_reconciles, Label("kind", kind), Label("name", name), Label("namespace", @namespace));
        if (kind == Gate.KindName)
        {
            _exposition.Remove(_transitions, Label("namespace", @namespace), Label("name", name));
        }
    }

    /// <summary>Removes the instruments, and with them their series.</summary>
    public void Dispose() => _meter.Dispose();

    /// <summary>Records one request to notification-controller; <paramref name="code"/> is the answer's status, or 0 when there was none.</summary>
    internal void EventRequested(int code, TimeSpan took) => _eventRequests.Record(took.TotalSeconds, Label("code", code), Label("method", "POST"));

    /// <summary>Counts a request to the webhook; <paramref name="result"/> is <c>changed</c>, <c>unchanged</c>, <c>denied</c> or <c>unreadable</c>.</summary>
    internal void Admitted(string result) => _admissions.Add(1, Label("result", result));

    /// <summary>Counts a decision that is on the disk.</summary>
    internal void Audited(string decision) => _audited.Add(1, Label("decision", decision));

    /// <summary>Counts a write to the audit log that failed.</summary>
    internal void AuditFailed() => _auditFailures.Add(1);

    /// <summary>Counts events that notification-controller never got.</summary>
    internal void EventsDropped(string reason, int count = 1) => _eventsDropped.Add(count, Label("reason", reason));

    private static KeyValuePair<string, object?> Label(string name, object value) => new(name, value);
}
