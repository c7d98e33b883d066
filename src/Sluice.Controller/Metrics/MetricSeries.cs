namespace Sluice.Controller.Metrics;

/// <summary>One series: a value, or the buckets of a histogram. Written from any thread, read as one consistent whole.</summary>
internal sealed class MetricSeries(int buckets)
{
    // A histogram has one more than it has bounds, for what is above the last of them.
    private readonly long[] _counts = buckets == 0 ? [] : new long[buckets + 1];
    private double _value;

    /// <summary>The collection that last saw this series of an observable instrument.</summary>
    public long Seen { get; set; }

    public double Value => Volatile.Read(ref _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }

    public void Observe(double value, double[] bounds)
    {
        var bucket = Array.BinarySearch(bounds, value);
        bucket = bucket < 0 ? ~bucket : bucket;
        lock (_counts)
        {
            _counts[bucket]++;
            _value += value;
        }
    }

    /// <summary>Copies the buckets, each on its own, and gives the sum of all that was observed.</summary>
    public double Read(Span<long> counts)
    {
        lock (_counts)
        {
            _counts.CopyTo(counts);
            return _value;
        }
    }
}
