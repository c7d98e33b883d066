using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Sluice.Gating.Calendars;

/// <summary>
/// Reads the lines of a calendar, and unfolds them: a line that begins with a space or a tab goes on where the one before it ended
/// (RFC 5545, section 3.1). Lines end with LF or CRLF, since a ConfigMap written by hand has no CRLF; empty lines do not count.
/// </summary>
internal static class ContentLineReader
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> ValueEnds = SearchValues.Create(";:,\"");

    /// <summary>The properties in order.</summary>
    /// <exception cref="CalendarFormatException">A line is no property.</exception>
    public static IEnumerable<ContentLine> Read(string text)
    {
        var unfolded = new StringBuilder();
        var begin = 0;
        var number = 0;
        // A byte order mark is no part of the text.
        for (var position = text.StartsWith('\uFEFF') ? 1 : 0; position < text.Length;)
        {
            var end = text.IndexOf('\n', position);
            end = end < 0 ? text.Length : end;
            var line = text.AsSpan(position, end - position);
            line = line is [.., '\r'] ? line[..^1] : line;
            position = end + 1;
            number++;
            if (line is [' ' or '\t', ..] && unfolded.Length > 0)
            {
                unfolded.Append(line[1..]);
                continue;
            }

            if (line.IsEmpty)
            {
                continue;
            }

            if (unfolded.Length > 0)
            {
                var before = Parse(unfolded.ToString(), begin);
                unfolded.Clear().Append(line);
                begin = number;
                yield return before;
            }
            else
            {
                unfolded.Append(line);
                begin = number;
            }
        }

        if (unfolded.Length > 0)
        {
            yield return Parse(unfolded.ToString(), begin);
        }
    }

    private static ContentLine Parse(string line, int number)
    {
        var nameEnd = line.AsSpan().IndexOfAnyExcept(NameCharacters);
        if (nameEnd <= 0 || line[nameEnd] is not (':' or ';'))
        {
            throw NoProperty(line, number);
        }

        var parameters = ImmutableArray<KeyValuePair<string, string>>.Empty;
        var position = nameEnd;
        while (position < line.Length && line[position] == ';')
        {
            parameters = parameters.Add(ReadParameter(line, number, ref position));
        }

        return position < line.Length && line[position] == ':'
            ? new(number, line[..nameEnd].ToUpperInvariant(), parameters, line[(position + 1)..])
            : throw NoProperty(line, number);
    }

    private static KeyValuePair<string, string> ReadParameter(string line, int number, ref int position)
    {
        var name = position + 1;
        var equals = line.AsSpan(name).IndexOfAnyExcept(NameCharacters);
        if (equals <= 0 || line[name + equals] != '=')
        {
            throw NoProperty(line, number);
        }

        // Several values are kept as one text: no parameter that is read here has more than one.
        var value = new StringBuilder();
        position = name + equals + 1;
        while (position < line.Length && line[position] is not (';' or ':'))
        {
            if (line[position] == '"')
            {
                var close = line.IndexOf('"', position + 1);
                if (close < 0)
                {
                    throw new CalendarFormatException(number, $"a quote in '{CalendarFormatException.Shorten(line)}' is not closed");
                }

                value.Append(line.AsSpan(position + 1, close - position - 1));
                position = close + 1;
            }
            else
            {
                var length = line[position] == ',' ? 1 : line.AsSpan(position).IndexOfAny(ValueEnds);
                length = length < 0 ? line.Length - position : length;
                value.Append(line.AsSpan(position, length));
                position += length;
            }
        }

        return new(line.Substring(name, equals).ToUpperInvariant(), value.ToString());
    }

    private static CalendarFormatException NoProperty(string line, int number) =>
        new(number, $"'{CalendarFormatException.Shorten(line)}' is no iCalendar line; expected 'NAME:value' or 'NAME;PARAMETER=value:value'");
}
