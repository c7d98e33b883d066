using Sluice.Gating.Gates;
using Sluice.Gating.Time;

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

    /// <summary>
    /// The rules that the gate is decided by. What the API server's validation should have caught, and did not, becomes
    /// <see cref="GateRules.Fault"/>: it names the field, the value and what is allowed.
    /// </summary>
    public GateRules ToRules()
    {
        if (Default is not (null or GateStateNames.Opened or GateStateNames.Closed))
        {
            return Faulty($"spec.default: '{Default}' is not a state; expected '{GateStateNames.Opened}' or '{GateStateNames.Closed}'");
        }

        if (Interval is not null && ReadInterval() is null)
        {
            return Faulty($"spec.interval: '{Interval}' is not an interval; expected a duration of at least one second, for example '1m'");
        }

        TimeSpan? window = null;
        if (Window is not null)
        {
            if (!GoDuration.TryParse(Window, out var parsed) || parsed <= TimeSpan.Zero)
            {
                return Faulty($"spec.window: '{Window}' is not a window; expected a duration greater than zero, for example '1h30m'");
            }

            window = parsed;
        }

        return new() { Default = GateStateNames.Parse(Default), Window = window };

        static GateRules Faulty(string message) => new() { Fault = message };
    }

    /// <summary>The interval as a value: what is missing is the default of one minute, and so is what <see cref="ToRules"/> calls a fault.</summary>
    public TimeSpan IntervalOrDefault() => ReadInterval() ?? TimeSpan.FromMinutes(1);

    private TimeSpan? ReadInterval() => GoDuration.TryParse(Interval, out var interval) && interval >= TimeSpan.FromSeconds(1) ? interval : null;
}
