using Sluice.Gating.Checks;

namespace Sluice.Api.Gates;

/// <summary>A check that the value of a query is within a range.</summary>
public sealed record PrometheusQuery
{
    /// <summary>Where Prometheus is, for example <c>http://prometheus.monitoring:9090</c>.</summary>
    public string Address { get; set; } = "";

    /// <summary>The query, whose result must be one value. None, several, or what is no number, does not pass.</summary>
    public string Query { get; set; } = "";

    /// <summary>The values that pass, as in Flagger.</summary>
    public ThresholdRange ThresholdRange { get; set; } = new();

    internal PrometheusCheck ToCheck(string name, TimeSpan interval, TimeSpan timeout, string path) =>
        ThresholdRange is { Min: null, Max: null } or { Min: double.NaN } or { Max: double.NaN } || ThresholdRange.Min > ThresholdRange.Max
            ? throw new InvalidSpecException($"{path}.thresholdRange: expected 'min', 'max' or both, and no min above max")
            : new(name, GateCheck.ReadAddress(Address, $"{path}.address"), Query, ThresholdRange.Min, ThresholdRange.Max, interval, timeout);
}
