using System.Globalization;
using System.Text.Json;
using Sluice.Gating.Checks;

namespace Sluice.Controller.Checks;

/// <summary>Reads what Prometheus answers to an instant query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).</summary>
internal static class PrometheusAnswer
{
    private const int LongestError = 200;

    /// <summary>Whether the answer is one value within the range; else why not.</summary>
    public static (bool Passes, string Message) Judge(PrometheusCheck check, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var answer = JsonDocument.Parse(json);
            var root = answer.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("status", out var status) && status.ValueEquals("success")
                ? Judge(check, root.GetProperty("data"))
                : (false, $"Prometheus refuses the query: {Error(root)}");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return (false, $"{check.Address} does not answer as Prometheus does");
        }
    }

    private static (bool Passes, string Message) Judge(PrometheusCheck check, JsonElement data)
    {
        var (type, result) = (data.GetProperty("resultType").GetString(), data.GetProperty("result"));
        return type switch
        {
            "scalar" => Judge(check, result[1].GetString()!),
            "vector" => result.GetArrayLength() switch
            {
                0 => (false, "the query gives no value: there is no data for it"),
                1 => Judge(check, result[0].GetProperty("value")[1].GetString()!),
                var count => (false, string.Create(CultureInfo.InvariantCulture, $"the query gives {count} values; expected one, as sum() or max() give it")),
            },
            _ => (false, $"the query gives a {type}; expected one value"),
        };
    }

    private static (bool Passes, string Message) Judge(PrometheusCheck check, string text) =>
        // Go writes +Inf and NaN.
        text == "NaN" || !double.TryParse(text.Replace("Inf", "Infinity", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? (false, $"the value is {text}, which is no number")
        : value < check.Min ? (false, string.Create(CultureInfo.InvariantCulture, $"the value {value:G4} is below {check.Min}"))
        : value > check.Max ? (false, string.Create(CultureInfo.InvariantCulture, $"the value {value:G4} is above {check.Max}"))
        : (true, "");

    private static string Error(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.GetString() is { } text
            ? text.Length > LongestError ? text[..LongestError] + "…" : text
            : "it says no more";
}
