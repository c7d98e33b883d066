using Sluice.Api.Gates;
using Sluice.Gating.Time;

namespace Sluice.Cli.Output;

/// <summary>Times in cells of tables: relative, or on wide ones as they are.</summary>
internal static class Times
{
    /// <summary>Since when something is so.</summary>
    public static string Since(DateTimeOffset? since, DateTimeOffset now, bool wide) =>
        since is not { } at ? "" : wide ? Rfc3339.Format(at) : RelativeTime.Age(at, now);

    /// <summary>Until when something is so.</summary>
    public static string Until(DateTimeOffset? until, DateTimeOffset now, bool wide) =>
        until is not { } at ? "" : wide ? Rfc3339.Format(at) : RelativeTime.Until(at, now);

    /// <summary>A gate's next transition: <c>closed in 43m</c>, or on wide tables <c>closed at 2026-03-26T11:00:00Z</c>.</summary>
    public static string Next(NextTransition? next, DateTimeOffset now, bool wide) =>
        next is null ? "" : wide ? $"{next.To} at {Rfc3339.Format(next.At)}" : $"{next.To} {RelativeTime.Until(next.At, now)}";
}
