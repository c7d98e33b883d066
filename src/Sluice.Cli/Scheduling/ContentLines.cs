using System.Text;

namespace Sluice.Cli.Scheduling;

/// <summary>Lines of an iCalendar text as RFC 5545, section 3.1, wants them: CRLF, and none longer than 75 octets.</summary>
internal sealed class ContentLines
{
    private const int MaxOctets = 75;

    private readonly StringBuilder _text = new();

    /// <summary>Adds a line whose value is no text: a time, a name, a number.</summary>
    public void Add(string name, string value)
    {
        var octets = 0;
        foreach (var rune in $"{name}:{value}".EnumerateRunes())
        {
            // The blank that a continued line begins with counts.
            if (octets + rune.Utf8SequenceLength > MaxOctets)
            {
                _text.Append("\r\n ");
                octets = 1;
            }

            _text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }

        _text.Append("\r\n");
    }

    /// <summary>Adds a line whose value is a text: what would end or part it is escaped, and control characters are left out.</summary>
    public void AddText(string name, string value)
    {
        var escaped = new StringBuilder();
        foreach (var character in value)
        {
            if (character is '\\' or ';' or ',')
                escaped.Append('\\').Append(character);
            else if (character == '\n')
                escaped.Append("\\n");
            else if (!char.IsControl(character))
                escaped.Append(character);
        }

        Add(name, escaped.ToString());
    }

    /// <summary>The lines.</summary>
    public override string ToString() => _text.ToString();
}
