using System.Text.Unicode;

namespace Sluice.Controller.Metrics;

/// <summary>
/// The labels of a series as Prometheus writes them, in UTF-8 and sorted by name: <c>kind="Gate",name="a"</c>. The text is also the
/// series' key, so that recording a value neither sorts objects nor allocates.
/// </summary>
internal static class LabelText
{
    private const int MostLabels = 32;
    private const string Escaped = "\\\"\n";

    /// <summary>Writes the labels; of two with one name the later wins. False when <paramref name="destination"/> is too short.</summary>
    public static bool TryWrite(ReadOnlySpan<KeyValuePair<string, object?>> labels, Span<byte> destination, out int written)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(labels.Length, MostLabels);
        Span<int> order = stackalloc int[labels.Length];
        var count = Sort(labels, order);
        written = 0;
        for (var i = 0; i < count; i++)
        {
            var (name, value) = labels[order[i]];
            if ((i > 0 && !Append(","u8, destination, ref written)) || !TryWriteLabel(name, value, destination, ref written))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a series' labels contain one label, itself written by <see cref="TryWrite"/>.</summary>
    public static bool Contains(ReadOnlySpan<byte> labels, ReadOnlySpan<byte> label)
    {
        // Quotes inside a value are escaped, so the text of a label can begin nowhere but at a comma or at the start.
        for (var start = 0; start <= labels.Length - label.Length;)
        {
            var found = labels[start..].IndexOf(label);
            if (found < 0)
            {
                return false;
            }

            var at = start + found;
            if (at == 0 || labels[at - 1] == (byte)',')
            {
                return true;
            }

            start = at + 1;
        }

        return false;
    }

    /// <summary>A name as Prometheus allows it: what is neither a letter, a digit nor an underscore becomes an underscore.</summary>
    public static byte ValidNameByte(char c, bool first) =>
        c == '_' || char.IsAsciiLetter(c) || (!first && char.IsAsciiDigit(c)) ? (byte)c : (byte)'_';

    private static int Sort(ReadOnlySpan<KeyValuePair<string, object?>> labels, Span<int> order)
    {
        var count = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var at = count;
            while (at > 0 && string.CompareOrdinal(labels[order[at - 1]].Key, labels[i].Key) > 0)
            {
                at--;
            }

            if (at > 0 && labels[order[at - 1]].Key == labels[i].Key)
            {
                order[at - 1] = i;
                continue;
            }

            order[at..count].CopyTo(order[(at + 1)..]);
            order[at] = i;
            count++;
        }

        return count;
    }

    private static bool TryWriteLabel(string name, object? value, Span<byte> destination, ref int written)
    {
        if (destination.Length - written < name.Length)
        {
            return false;
        }

        for (var i = 0; i < name.Length; i++)
        {
            destination[written++] = ValidNameByte(name[i], i == 0);
        }

        return Append("=\""u8, destination, ref written)
            && TryWriteValue(value, destination, ref written)
            && Append("\""u8, destination, ref written);
    }

    private static bool TryWriteValue(object? value, Span<byte> destination, ref int written)
    {
        if (value is IUtf8SpanFormattable number and not char)
        {
            var formatted = number.TryFormat(destination[written..], out var length, default, null);
            written += length;
            return formatted;
        }

        var text = value switch
        {
            null => "",
            string s => s,
            true => "true",
            false => "false",
            _ => value.ToString() ?? "",
        };
        return TryWriteEscaped(text, destination, ref written);
    }

    private static bool TryWriteEscaped(ReadOnlySpan<char> text, Span<byte> destination, ref int written)
    {
        while (true)
        {
            var plain = text.IndexOfAny(Escaped);
            var chunk = plain < 0 ? text : text[..plain];
            if (Utf8.FromUtf16(chunk, destination[written..], out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            written += length;
            if (plain < 0)
            {
                return true;
            }

            var escape = text[plain] switch { '\n' => "\\n"u8, '"' => "\\\""u8, _ => "\\\\"u8 };
            if (!Append(escape, destination, ref written))
            {
                return false;
            }

            text = text[(plain + 1)..];
        }
    }

    private static bool Append(ReadOnlySpan<byte> text, Span<byte> destination, ref int written)
    {
        if (!text.TryCopyTo(destination[written..]))
        {
            return false;
        }

        written += text.Length;
        return true;
    }
}
