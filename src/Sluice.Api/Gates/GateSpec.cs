using System.Globalization;
using NodaTime;
using Sluice.Gating.Gates;
using Sluice.Gating.Time;
using Sluice.Gating.Windows;

namespace Sluice.Api.Gates;

/// <summary>What the owner of a gate wants. Texts, not values: what cannot be understood must still be read, to be reported.</summary>
public sealed record GateSpec
{
    /// <summary>How often the gate is looked at when nothing else happens, as a Go duration of at least 1s. Default: 1m.</summary>
    public string? Interval { get; init; }

    /// <summary>The state when nothing else decides: <c>opened</c> or <c>closed</c>. Default: <c>closed</c>.</summary>
    public string? Default { get; init; }

    /// <summary>How long a manual request lasts, as a Go duration greater than zero. Unset: until the opposite request.</summary>
    public string? Window { get; init; }

    /// <summary>The namespaces that may refer to this gate from outside. Unset: none.</summary>
    public AccessFrom? AccessFrom { get; init; }

    /// <summary>The IANA time zone of the windows that name none. Default: UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The scheduled windows. Unset: none.</summary>
    public IReadOnlyList<GateWindow>? Windows { get; init; }

    /// <summary>
    /// How long before a closing by schedule nothing new is released, as a Go duration greater than zero. Unset: until the closing itself.
    /// </summary>
    public string? Margin { get; init; }

    /// <summary>The approvals that a candidate needs besides an opened gate. Unset: none.</summary>
    public GateApprovals? Approvals { get; init; }

    /// <summary>What can keep the gate closed though it is otherwise opened. Unset: nothing.</summary>
    public IReadOnlyList<GateCheck>? Checks { get; init; }

    /// <summary>
    /// The rules that the gate is decided by. What the API server's validation should have caught, and did not, becomes
    /// <see cref="GateRules.Fault"/>: it names the field, the value and what is allowed.
    /// </summary>
    /// <param name="calendars">Where the calendars of windows are found.</param>
    public GateRules ToRules(ICalendars calendars)
    {
        try
        {
            if (Default is not (null or GateStateNames.Opened or GateStateNames.Closed))
            {
                throw new InvalidSpecException($"spec.default: '{Default}' is not a state; expected '{GateStateNames.Opened}' or '{GateStateNames.Closed}'");
            }

            if (Interval is not null && ReadInterval() is null)
            {
                throw new InvalidSpecException($"spec.interval: '{Interval}' is not an interval; expected a duration of at least one second, for example '1m'");
            }

            return new()
            {
                Default = GateStateNames.Parse(Default),
                Window = Duration(Window, "spec.window", "a window"),
                Margin = Duration(Margin, "spec.margin", "a margin"),
                Schedule = ReadSchedule(calendars),
                Approvals = Approvals?.ToRules(),
                Checks = [.. (Checks ?? []).Select((check, index) => check.ToCheck(string.Create(CultureInfo.InvariantCulture, $"spec.checks[{index}]")))],
            };
        }
        catch (InvalidSpecException e)
        {
            return new() { Fault = e.Message };
        }
    }

    /// <summary>The ConfigMaps that the calendars of windows are in.</summary>
    public IEnumerable<string> CalendarConfigMaps() => (Windows ?? []).Where(window => window.Calendar is not null).Select(window => window.Calendar!.ConfigMapRef.Name).Distinct();

    /// <summary>The interval as a value: what is missing is the default of one minute, and so is what <see cref="ToRules"/> calls a fault.</summary>
    public TimeSpan IntervalOrDefault() => ReadInterval() ?? TimeSpan.FromMinutes(1);

    private TimeSpan? ReadInterval() => GoDuration.TryParse(Interval, out var interval) && interval >= TimeSpan.FromSeconds(1) ? interval : null;

    private Schedule ReadSchedule(ICalendars calendars)
    {
        if (Windows is not { Count: > 0 } windows)
        {
            // A zone that nothing uses yet must be understood all the same: the first window would close the gate.
            _ = TimeZone is null ? null : WindowReader.ReadZone(TimeZone, "spec.timeZone");
            return Schedule.Empty;
        }

        var reader = new WindowReader(calendars, TimeZone is null ? DateTimeZone.Utc : WindowReader.ReadZone(TimeZone, "spec.timeZone"));
        return new(windows.Select((window, index) => reader.Read(window, string.Create(CultureInfo.InvariantCulture, $"spec.windows[{index}]"))));
    }

    private static TimeSpan? Duration(string? text, string path, string what) =>
        text is null ? null
        : GoDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero ? duration
        : throw new InvalidSpecException($"{path}: '{text}' is not {what}; expected a duration greater than zero, for example '1h30m'");
}
