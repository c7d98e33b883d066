using System.Globalization;
using System.Text;

namespace Sluice.Cli.Tests.Scheduling;

/// <summary>Reads a calendar back, as strictly as RFC 5545 has it: lines end with CRLF, none is longer than 75 octets, texts are escaped.</summary>
internal sealed class Feed
{
    private readonly List<Dictionary<string, string>> _events = [];

    public Feed(string text)
    {
        text.Should().EndWith("\r\n");
        text.Replace("\r\n", "", StringComparison.Ordinal).Should().NotContainAny("\r", "\n");
        var physical = text.Split("\r\n")[..^1];
        physical.Should().AllSatisfy(line => Encoding.UTF8.GetByteCount(line).Should().BeLessThanOrEqualTo(75, line));
        Lines = text.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n")[..^1];
        Lines[0].Should().Be("BEGIN:VCALENDAR");
        Lines[^1].Should().Be("END:VCALENDAR");
        var open = new Stack<string>();
        foreach (var line in Lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 1)..]);
            if (name == "BEGIN")
                open.Push(value);
            else if (name == "END")
                open.Pop().Should().Be(value);
            else if (open.Peek() == "VEVENT")
                _events[^1].Add(name, Unescape(value));
            if (line == "BEGIN:VEVENT")
                _events.Add([]);
        }

        open.Should().BeEmpty();
    }

    public string[] Lines { get; }

    public IReadOnlyList<Dictionary<string, string>> Events => _events;

    public IEnumerable<(DateTimeOffset Start, DateTimeOffset End)> Stretches => Events.Select(e => (Time(e["DTSTART"]), Time(e["DTEND"])));

    public static DateTimeOffset Time(string value) => DateTimeOffset.ParseExact(value, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Unescape(string value)
    {
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            value[i].Should().NotBe(';').And.NotBe(',', "a bare comma or semicolon parts a text");
            text.Append(value[i] != '\\' ? value[i] : value[++i] == 'n' ? '\n' : value[i]);
        }

        return text.ToString();
    }
}
