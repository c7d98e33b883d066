using System.Collections.Immutable;

namespace Sluice.Gating.Windows;

/// <summary>The windows of one gate.</summary>
public sealed class Schedule
{
    private readonly ImmutableArray<Window> _open;
    private readonly ImmutableArray<Window> _close;

    /// <summary>Makes a schedule of windows in the order of the spec.</summary>
    public Schedule(IEnumerable<Window> windows)
    {
        Windows = [.. windows];
        _open = [.. Windows.Where(window => window.Action == WindowAction.Open)];
        _close = [.. Windows.Where(window => window.Action == WindowAction.Close)];
    }

    /// <summary>No windows.</summary>
    public static Schedule Empty { get; } = new([]);

    /// <summary>The windows, in the order of the spec.</summary>
    public ImmutableArray<Window> Windows { get; }

    /// <summary>What the windows of one action come to at an instant.</summary>
    internal ActiveWindow At(WindowAction action, DateTimeOffset instant)
    {
        Window? active = null;
        DateTimeOffset? named = null, lasts = null, starts = null;
        var forEver = false;
        foreach (var window in action == WindowAction.Open ? _open : _close)
        {
            var stretch = window.Times.At(instant);
            if (stretch.IsActive)
            {
                active ??= window;
                lasts = Later(lasts, stretch.Until);
                forEver |= stretch.Until is null;
            }
            else if (active is null)
            {
                // One that stands earlier in the spec is named as soon as it becomes active.
                starts = Earlier(starts, stretch.Until);
            }

            if (ReferenceEquals(active, window))
            {
                named = Earlier(starts, stretch.Until);
            }
        }

        return active is null ? new(null, starts, starts) : new(active, named, forEver ? null : lasts);
    }

    /// <summary>The earlier of two instants, of which <see langword="null"/> is none.</summary>
    internal static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;
}
