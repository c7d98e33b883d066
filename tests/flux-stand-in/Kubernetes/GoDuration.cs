using System.Globalization;
using System.Text.RegularExpressions;

namespace FluxStandIn.Kubernetes;

/// <summary>Durations as Flux's CRDs spell them: <c>^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$</c>.</summary>
internal static partial class GoDuration
{
    /// <exception cref="FormatException">The text is no such duration. The CRD lets none through.</exception>
    public static TimeSpan Parse(string text)
    {
        if (!Whole().IsMatch(text))
            throw new FormatException($"'{text}' is not a duration: expected something like 90s or 1h30m");

        var seconds = Part().Matches(text).Sum(part => double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * part.Groups[2].Value switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            _ => 3600,
        });
        return TimeSpan.FromSeconds(seconds);
    }

    [GeneratedRegex(@"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")]
    private static partial Regex Part();
}
