using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>
/// The API server's own count of requests (<c>apiserver_request_total</c>), by verb and resource. It counts everybody's; while the bench
/// only watches, that is the controller's and the API server's own.
/// </summary>
internal sealed partial record RequestCounts(IReadOnlyDictionary<string, double> Totals)
{
    public static async Task<RequestCounts> ReadAsync(KubernetesApi api)
    {
        var text = Encoding.UTF8.GetString((await api.GetRawAsync("/metrics")).Span);
        return new(Line().Matches(text)
            .Where(match => match.Groups["resource"].Value.Length > 0)
            .GroupBy(match => $"{match.Groups["verb"].Value} {match.Groups["resource"].Value}")
            .ToDictionary(group => group.Key, group => group.Sum(match => double.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture))));
    }

    /// <summary>What was counted between <paramref name="earlier"/> and this.</summary>
    public IReadOnlyDictionary<string, double> Since(RequestCounts earlier) => Totals
        .Select(total => (total.Key, Count: total.Value - earlier.Totals.GetValueOrDefault(total.Key)))
        .Where(total => total.Count > 0)
        .ToDictionary(total => total.Key, total => total.Count);

    /// <summary>Counts in a line, in the order of their names.</summary>
    public static string Describe(IReadOnlyDictionary<string, double> counts) =>
        string.Join(", ", counts.OrderBy(request => request.Key).Select(request => $"{request.Key}: {request.Value}"));

    [GeneratedRegex("""^apiserver_request_total\{(?=[^}]*,resource="(?<resource>[^"]*)")(?=[^}]*,verb="(?<verb>[^"]*)")[^}]*\} (?<count>\S+)""", RegexOptions.Multiline)]
    private static partial Regex Line();
}
