using System.Text.Json.Serialization;
using Sluice.Gating.Checks;
using Sluice.Gating.Time;

namespace Sluice.Api.Gates;

/// <summary>Something that can keep the gate closed though it is otherwise opened. Exactly one of its ways of asking is given.</summary>
public sealed record GateCheck
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    /// <summary>The name of the check.</summary>
    public string Name { get; set; } = "";

    /// <summary>How often it is asked while the gate is otherwise opened, as a Go duration of at least 1s. Default: 1m.</summary>
    public string? Interval { get; init; }

    /// <summary>How long an answer may take, as a Go duration from 1s to 1m. Default: 10s.</summary>
    public string? Timeout { get; init; }

    /// <summary>Asks another gated source.</summary>
    public ResourceCheck? Resource { get; init; }

    /// <summary>Asks Prometheus.</summary>
    public PrometheusQuery? Prometheus { get; init; }

    /// <summary>Asks a web hook.</summary>
    public WebHookCheck? Http { get; init; }

    /// <summary>Whether somebody outside has to be asked.</summary>
    [JsonIgnore]
    public bool IsAsked => Prometheus is not null || Http is not null;

    /// <summary>The check as the domain decides by it.</summary>
    /// <param name="path">Where it stands, for example <c>spec.checks[0]</c>.</param>
    /// <exception cref="InvalidSpecException">It cannot be understood; the message names the field, the value and what is allowed.</exception>
    internal Check ToCheck(string path)
    {
        if (new object?[] { Resource, Prometheus, Http }.Count(way => way is not null) != 1)
        {
            throw new InvalidSpecException($"{path}: expected exactly one of 'resource', 'prometheus' and 'http'");
        }

        var interval = Duration(Interval, "1m", TimeSpan.MaxValue, $"{path}.interval", "of at least 1s");
        var timeout = Duration(Timeout, "10s", LongestTimeout, $"{path}.timeout", "from 1s to 1m");
        return Resource?.ToCheck(Name, $"{path}.resource")
            ?? (Check?)Prometheus?.ToCheck(Name, interval, timeout, $"{path}.prometheus")
            ?? Http!.ToCheck(Name, interval, timeout, $"{path}.http");
    }

    /// <summary>Reads an address that is asked.</summary>
    /// <exception cref="InvalidSpecException">It is none.</exception>
    internal static Uri ReadAddress(string text, string path) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { UserInfo: "", Fragment: "" } ? address
        : throw new InvalidSpecException($"{path}: '{text}' is not an address; expected one such as 'http://prometheus.monitoring:9090', without a user or a password");

    private static TimeSpan Duration(string? text, string byDefault, TimeSpan longest, string path, string range) =>
        GoDuration.TryParse(text ?? byDefault, out var duration) && duration >= TimeSpan.FromSeconds(1) && duration <= longest ? duration
        : throw new InvalidSpecException($"{path}: '{text}' is not a duration {range}");
}
