using NodaTime;

namespace Sluice.Cli.Scheduling;

/// <summary>How long a gate is opened within stretches of a span, reckoned once from its plan.</summary>
internal sealed class OpenedTimes
{
    private readonly List<Interval> _opened;

    /// <param name="plan">The plan.</param>
    /// <param name="from">The beginning of the span: nothing is known before it.</param>
    /// <param name="to">Its end.</param>
    public OpenedTimes(GatePlan plan, DateTimeOffset from, DateTimeOffset to)
    {
        From = Instant.FromDateTimeOffset(from);
        var end = Instant.FromDateTimeOffset(to);
        _opened = [.. plan.Opened(from, to).Select(stretch =>
            new Interval(Instant.FromDateTimeOffset(stretch.Start), stretch.End is { } closed ? Instant.Min(Instant.FromDateTimeOffset(closed), end) : end))];
    }

    /// <summary>The beginning of the span.</summary>
    public Instant From { get; }

    /// <summary>How long the gate is opened within <c>[start, end)</c>.</summary>
    public Duration Within(Instant start, Instant end)
    {
        var total = Duration.Zero;
        for (var i = FirstEndingAfter(start); i < _opened.Count && _opened[i].Start < end; i++)
            total += Instant.Min(_opened[i].End, end) - Instant.Max(_opened[i].Start, start);
        return total;
    }

    /// <summary>How much of some pieces of time the gate is opened; of those that begin before the span, what lies in it.</summary>
    public Fill FillOf(IEnumerable<Interval> pieces)
    {
        var (length, opened) = (Duration.Zero, Duration.Zero);
        foreach (var piece in pieces.Where(piece => piece.End > From))
        {
            var start = Instant.Max(piece.Start, From);
            length += piece.End - start;
            opened += Within(start, piece.End);
        }

        return length == Duration.Zero ? Fill.None : opened == Duration.Zero ? Fill.Closed : opened == length ? Fill.Opened : Fill.Partly;
    }

    private int FirstEndingAfter(Instant instant)
    {
        var (low, high) = (0, _opened.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_opened[middle].End > instant)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
