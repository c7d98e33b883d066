using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sluice.Controller.Metrics;

/// <summary>Every series of one name. What arrives means what the kind of instrument says: an increment, a value, or an observation.</summary>
internal sealed class MetricFamily
{
    private const int CommonLabelBytes = 512;

    private readonly Measurement _measurement;
    private readonly bool _observable;
    private readonly double[] _bounds;
    private readonly byte[][] _bucketLabels;
    private readonly byte[] _name;
    private readonly string _help;
    private readonly ConcurrentDictionary<byte[], MetricSeries> _series = new(LabelTextComparer.Instance);
    private readonly ConcurrentDictionary<byte[], MetricSeries>.AlternateLookup<ReadOnlySpan<byte>> _byLabels;
    private long _collection;

    public MetricFamily(Instrument instrument)
    {
        _measurement = Kind(instrument);
        _observable = instrument.IsObservable;
        _name = [.. instrument.Name.Select((c, i) => c == ':' ? (byte)c : LabelText.ValidNameByte(c, i == 0))];
        _help = instrument.Description ?? "";
        _bounds = _measurement == Measurement.Observation ? Bounds(instrument) : [];
        _bucketLabels = [.. _bounds.Append(double.PositiveInfinity).Select(BucketLabel)];
        _byLabels = _series.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    private enum Measurement
    {
        Increment,
        Change,
        Value,
        Total,
        Observation,
    }

    /// <summary>How many live instruments feed this family: two meters may share a name.</summary>
    public int Instruments { get; set; } = 1;

    public bool Accepts(Instrument instrument) => Kind(instrument) == _measurement && instrument.IsObservable == _observable;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        Span<byte> common = stackalloc byte[CommonLabelBytes];
        if (LabelText.TryWrite(labels, common, out var length))
        {
            Record(value, common[..length]);
        }
        else
        {
            Record(value, LongText(labels));
        }
    }

    /// <summary>Starts a collection: series of observable instruments that it does not see are gone when it ends.</summary>
    public void BeginCollection() => _collection++;

    public void EndCollection()
    {
        if (!_observable)
        {
            return;
        }

        foreach (var (labels, series) in _series)
        {
            if (series.Seen != _collection)
            {
                _series.TryRemove(labels, out _);
            }
        }
    }

    /// <summary>Removes the series with these labels, or every series that has them among others.</summary>
    public void Remove(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (_series.TryRemove(LongText(labels), out _))
        {
            return;
        }

        var each = new byte[labels.Length][];
        for (var i = 0; i < labels.Length; i++)
        {
            each[i] = LongText(labels.Slice(i, 1));
        }

        foreach (var key in _series.Keys.Where(key => each.All(label => LabelText.Contains(key, label))))
        {
            _series.TryRemove(key, out _);
        }
    }

    /// <summary>The family's samples, headed by its help and type; nothing at all when it has no series.</summary>
    /// <returns>Pieces to be flushed at leisure: the bytes written since the last one.</returns>
    public IEnumerable<int> Write(IBufferWriter<byte> output)
    {
        var headed = false;
        foreach (var (labels, series) in _series)
        {
            var written = headed ? 0 : PrometheusText.WriteHeader(output, _name, _help, TypeName());
            headed = true;
            yield return written + (_measurement == Measurement.Observation
                ? WriteHistogram(output, labels, series)
                : PrometheusText.WriteSample(output, _name, default, labels, default, series.Value));
        }
    }

    private static Measurement Kind(Instrument instrument)
    {
        var type = instrument.GetType();
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return open switch
        {
            _ when open == typeof(Counter<>) => Measurement.Increment,
            _ when open == typeof(UpDownCounter<>) => Measurement.Change,
            _ when open == typeof(ObservableCounter<>) => Measurement.Total,
            _ when open == typeof(Histogram<>) => Measurement.Observation,
            _ => Measurement.Value,
        };
    }

    private static double[] Bounds(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> h => h.Advice?.HistogramBucketBoundaries,
            Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            _ => null,
        };
        return [.. advised ?? FluxBuckets.Seconds];
    }

    private static byte[] BucketLabel(double bound)
    {
        Span<byte> number = stackalloc byte[32];
        var length = PrometheusText.WriteNumber(bound, number);
        return [.. "le=\""u8, .. number[..length], (byte)'"'];
    }

    private static byte[] LongText(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        for (var size = CommonLabelBytes; ; size *= 4)
        {
            var text = new byte[size];
            if (LabelText.TryWrite(labels, text, out var length))
            {
                return text[..length];
            }
        }
    }

    private void Record(double value, ReadOnlySpan<byte> labels)
    {
        if (!_byLabels.TryGetValue(labels, out var series))
        {
            _byLabels.TryAdd(labels, new MetricSeries(_bounds.Length));
            if (!_byLabels.TryGetValue(labels, out series))
            {
                // Removed in between: the object that it was about is gone.
                return;
            }
        }

        if (_observable)
        {
            series.Seen = _collection;
        }

        switch (_measurement)
        {
            case Measurement.Increment or Measurement.Change:
                series.Add(value);
                break;
            case Measurement.Observation:
                series.Observe(value, _bounds);
                break;
            default:
                series.Set(value);
                break;
        }
    }

    private ReadOnlySpan<byte> TypeName() => _measurement switch
    {
        Measurement.Increment or Measurement.Total => "counter"u8,
        Measurement.Observation => "histogram"u8,
        _ => "gauge"u8,
    };

    private int WriteHistogram(IBufferWriter<byte> output, byte[] labels, MetricSeries series)
    {
        Span<long> counts = stackalloc long[_bucketLabels.Length];
        var sum = series.Read(counts);
        var written = 0;
        long total = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            written += PrometheusText.WriteSample(output, _name, "_bucket"u8, labels, _bucketLabels[i], total);
        }

        return written
            + PrometheusText.WriteSample(output, _name, "_sum"u8, labels, default, sum)
            + PrometheusText.WriteSample(output, _name, "_count"u8, labels, default, total);
    }
}
