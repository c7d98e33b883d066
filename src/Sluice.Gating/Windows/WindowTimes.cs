namespace Sluice.Gating.Windows;

/// <summary>The times in which a window is active: half-open stretches <c>[start, end)</c> that are merged where they meet.</summary>
public abstract class WindowTimes
{
    private Remembered? _last;

    /// <summary>Whether the window is active at an instant, and until when that is certain.</summary>
    public Stretch At(DateTimeOffset instant)
    {
        // Decisions are made again and again within one stretch; to find it may mean to expand a calendar.
        var last = Volatile.Read(ref _last);
        if (last is null || instant < last.From || instant >= last.Stretch.Until)
        {
            last = new(instant, Find(instant));
            Volatile.Write(ref _last, last);
        }

        return last.Stretch;
    }

    /// <summary>The same, found anew. Must be a pure function of the instant.</summary>
    private protected abstract Stretch Find(DateTimeOffset instant);

    private sealed record Remembered(DateTimeOffset From, Stretch Stretch);
}
