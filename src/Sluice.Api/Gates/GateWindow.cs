namespace Sluice.Api.Gates;

/// <summary>
/// A scheduled window. Exactly one of <see cref="Cron"/> (with <see cref="Duration"/>), <see cref="Start"/> (with <see cref="End"/>) and
/// <see cref="Calendar"/> says when it is active.
/// </summary>
public sealed record GateWindow
{
    /// <summary>The name, one of its kind in the gate.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it does while it is active: <c>open</c> or <c>close</c>.</summary>
    public string? Action { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>When a recurring window starts: five fields or a macro, in the dialect of Kubernetes CronJobs.</summary>
    public string? Cron { get; init; }

    /// <summary>How long a recurring window lasts, as a Go duration greater than zero, in elapsed time.</summary>
    public string? Duration { get; init; }

    /// <summary>The IANA time zone of a recurring window, and of the times of a calendar that name none. Default: the gate's, else UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The first instant of a one-off window, RFC 3339.</summary>
    public string? Start { get; init; }

    /// <summary>The first instant after a one-off window, RFC 3339.</summary>
    public string? End { get; init; }

    /// <summary>The calendar of whose events the window consists.</summary>
    public CalendarReference? Calendar { get; init; }

    /// <summary>Local dates (<c>2026-12-24</c>) on which the window does not start. Not for one-off windows.</summary>
    public IReadOnlyList<string>? ExceptDates { get; init; }
}
