namespace Sluice.Gating.Checks;

/// <summary>Passes while the value of a query is within a range.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where Prometheus is, with the path before <c>/api/v1</c> if there is one.</param>
/// <param name="Query">The query, whose result must be one value.</param>
/// <param name="Min">The least value that passes; <see langword="null"/>: there is none.</param>
/// <param name="Max">The greatest value that passes; <see langword="null"/>: there is none.</param>
/// <param name="Interval">How often it is asked.</param>
/// <param name="Timeout">How long an answer may take.</param>
public sealed record PrometheusCheck(string Name, Uri Address, string Query, double? Min, double? Max, TimeSpan Interval, TimeSpan Timeout)
    : AskedCheck(Name, Interval, Timeout, IsAboutCandidate: false);
