using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sluice.Controller.Tests;

/// <summary>
/// Reads the text format 0.0.4 from its specification, strictly: every line ends with a line feed, a family is one block headed by its type,
/// no series occurs twice, labels are sorted and escaped, and a histogram's buckets are cumulative and end with +Inf and the count.
/// </summary>
internal static partial class PrometheusParser
{
    public static Dictionary<string, PrometheusFamily> Parse(string text)
    {
        var families = new Dictionary<string, PrometheusFamily>();
        var seen = new HashSet<string>();
        PrometheusFamily? family = null;
        string? help = null;
        if (text.Length == 0)
        {
            return families;
        }

        text.Should().EndWith("\n");
        foreach (var line in text[..^1].Split('\n'))
        {
            if (HelpLine().Match(line) is { Success: true } h)
            {
                help = Unescape(h.Groups[2].Value);
                continue;
            }

            if (TypeLine().Match(line) is { Success: true } t)
            {
                family = new PrometheusFamily(t.Groups[1].Value, help, t.Groups[2].Value, []);
                families.TryAdd(family.Name, family).Should().BeTrue("{0} is one block", family.Name);
                help = null;
                continue;
            }

            var s = SampleLine().Match(line);
            s.Success.Should().BeTrue("this is a line of the format: <{0}>", line);
            family.Should().NotBeNull("a type comes before <{0}>", line);
            s.Groups["name"].Value.Should().BeOneOf(
                family.Type == "histogram" ? [family.Name + "_bucket", family.Name + "_sum", family.Name + "_count"] : [family.Name]);
            seen.Add(line[..line.LastIndexOf(' ')]).Should().BeTrue("this series occurs once: <{0}>", line);
            family.Samples.Add(new PrometheusSample(s.Groups["name"].Value, Labels(s.Groups["labels"].Value), Number(s.Groups["value"].Value)));
        }

        foreach (var histogram in families.Values.Where(f => f.Type == "histogram"))
        {
            CheckHistogram(histogram);
        }

        return families;
    }

    private static void CheckHistogram(PrometheusFamily family)
    {
        foreach (var series in family.Samples.GroupBy(s => string.Join(",", s.Labels.Where(l => l.Name != "le"))))
        {
            var buckets = series.Where(s => s.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToList();
            buckets.Select(b => Number(b.Labels.Single(l => l.Name == "le").Value)).Should().BeInAscendingOrder().And.EndWith(double.PositiveInfinity);
            buckets.Select(b => b.Value).Should().BeInAscendingOrder();
            series.Single(s => s.Name == family.Name + "_count").Value.Should().Be(buckets[^1].Value);
            series.Should().ContainSingle(s => s.Name == family.Name + "_sum");
        }
    }

    private static List<(string Name, string Value)> Labels(string text)
    {
        var labels = LabelPair().Matches(text).Select(m => (m.Groups[1].Value, Unescape(m.Groups[2].Value))).ToList();
        labels.Where(l => l.Item1 != "le").Select(l => l.Item1).Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
        return labels;
    }

    private static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] != '\\' ? text[i] : text[++i] == 'n' ? '\n' : text[i]);
        }

        return plain.ToString();
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\n"])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\n"])*")*)\})? (?<value>\S+)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\n"])*)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex LabelPair();
}
