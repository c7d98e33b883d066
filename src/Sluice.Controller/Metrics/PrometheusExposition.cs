using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sluice.Controller.Metrics;

/// <summary>
/// Keeps what the instruments of the meters named <see cref="MeterName"/> report, and writes it in Prometheus' text format 0.0.4 under
/// the instruments' exact names: Flux's dashboards and alerts know <c>gotk_*</c> and <c>workqueue_*</c>, and no suffix is added to them.
/// </summary>
/// <remarks>
/// Histograms have the buckets of their advice, else <see cref="FluxBuckets"/>. A series of an observable instrument exists as long as the
/// instrument reports it; every other one until <see cref="Remove"/>. Safe for use from any thread.
/// </remarks>
public sealed partial class PrometheusExposition : IDisposable
{
    /// <summary>The content type of what <see cref="WriteAsync"/> writes.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    // A page is 4 KiB; a few of them a write keep system calls and memory low at once.
    private const int FlushAfterBytes = 32 * 1024;

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _collecting = new();
    private readonly ILogger _logger;

    /// <param name="meterName">The meters to listen to; the product's own by default.</param>
    /// <param name="logger">Told about instruments that cannot be shown or read.</param>
    public PrometheusExposition(string meterName = SluiceMetrics.MeterName, ILogger<PrometheusExposition>? logger = null)
    {
        MeterName = meterName;
        _logger = logger ?? NullLogger<PrometheusExposition>.Instance;
        _listener.InstrumentPublished = Publish;
        _listener.MeasurementsCompleted = (_, family) => Complete((MetricFamily)family!);
        _listener.SetMeasurementEventCallback<double>((_, value, labels, family) => Record(value, labels, family));
        _listener.SetMeasurementEventCallback<float>((_, value, labels, family) => Record(value, labels, family));
        _listener.SetMeasurementEventCallback<decimal>((_, value, labels, family) => Record((double)value, labels, family));
        _listener.SetMeasurementEventCallback<long>((_, value, labels, family) => Record(value, labels, family));
        _listener.SetMeasurementEventCallback<int>((_, value, labels, family) => Record(value, labels, family));
        _listener.SetMeasurementEventCallback<short>((_, value, labels, family) => Record(value, labels, family));
        _listener.SetMeasurementEventCallback<byte>((_, value, labels, family) => Record(value, labels, family));
        _listener.Start();
    }

    /// <summary>The name of the meters that are listened to.</summary>
    public string MeterName { get; }

    /// <summary>Reads the observable instruments and writes every family, sorted by name, flushing as it goes.</summary>
    public async Task WriteAsync(PipeWriter output, CancellationToken cancellation)
    {
        Collect();
        var unflushed = 0;
        foreach (var (_, family) in _families.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            foreach (var written in family.Write(output))
            {
                unflushed += written;
                if (unflushed < FlushAfterBytes)
                {
                    continue;
                }

                unflushed = 0;
                if ((await output.FlushAsync(cancellation)).IsCompleted)
                {
                    return;
                }
            }
        }

        await output.FlushAsync(cancellation);
    }

    /// <summary>
    /// Forgets series of an instrument: the one with exactly these labels, or else all that carry these labels among others. A later
    /// measurement starts them anew.
    /// </summary>
    public void Remove(Instrument instrument, params ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (_families.TryGetValue(instrument.Name, out var family))
        {
            family.Remove(labels);
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private static void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels, object? family) =>
        ((MetricFamily)family!).Record(value, labels);

    private void Publish(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name != MeterName)
        {
            return;
        }

        lock (_collecting)
        {
            if (!_families.TryGetValue(instrument.Name, out var family))
            {
                family = new MetricFamily(instrument);
                _families[instrument.Name] = family;
            }
            else if (family.Accepts(instrument))
            {
                family.Instruments++;
            }
            else
            {
                LogOtherKind(instrument.Name);
                return;
            }

            listener.EnableMeasurementEvents(instrument, family);
        }
    }

    private void Complete(MetricFamily family)
    {
        lock (_collecting)
        {
            if (--family.Instruments == 0)
            {
                foreach (var (name, _) in _families.Where(f => f.Value == family))
                {
                    _families.TryRemove(name, out _);
                }
            }
        }
    }

    private void Collect()
    {
        lock (_collecting)
        {
            foreach (var (_, family) in _families)
            {
                family.BeginCollection();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException e)
            {
                LogUnreadable(e);
            }

            foreach (var (_, family) in _families)
            {
                family.EndCollection();
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The instrument {Instrument} exists with another kind already; this one is not shown")]
    private partial void LogOtherKind(string instrument);

    [LoggerMessage(LogLevel.Error, "Some instruments could not be read; their series are missing from this collection")]
    private partial void LogUnreadable(Exception exception);
}
