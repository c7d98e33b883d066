using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sluice.Controller.Metrics;

/// <summary>The lines of Prometheus' text format 0.0.4. Each method gives back how many bytes it wrote.</summary>
internal static class PrometheusText
{
    // "-1.7976931348623157E+308" has 24 bytes.
    private const int LongestNumber = 32;

    public static int WriteHeader(IBufferWriter<byte> output, ReadOnlySpan<byte> name, string help, ReadOnlySpan<byte> type)
    {
        var escaped = Encoding.UTF8.GetBytes(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
        var line = output.GetSpan(32 + (2 * name.Length) + escaped.Length + type.Length);
        var at = 0;
        if (escaped.Length > 0)
        {
            Put("# HELP "u8, line, ref at);
            Put(name, line, ref at);
            Put(" "u8, line, ref at);
            Put(escaped, line, ref at);
            Put("\n"u8, line, ref at);
        }

        Put("# TYPE "u8, line, ref at);
        Put(name, line, ref at);
        Put(" "u8, line, ref at);
        Put(type, line, ref at);
        Put("\n"u8, line, ref at);
        output.Advance(at);
        return at;
    }

    /// <param name="output">Where to.</param>
    /// <param name="name">The family's name.</param>
    /// <param name="suffix">What follows the name, such as <c>_bucket</c>.</param>
    /// <param name="labels">The series' labels, as <see cref="LabelText"/> writes them.</param>
    /// <param name="label">One more label, written <c>le="1"</c>, or nothing.</param>
    /// <param name="value">The sample.</param>
    public static int WriteSample(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> labels,
        ReadOnlySpan<byte> label,
        double value)
    {
        var line = output.GetSpan(name.Length + suffix.Length + labels.Length + label.Length + LongestNumber + 8);
        var at = 0;
        Put(name, line, ref at);
        Put(suffix, line, ref at);
        if (labels.Length + label.Length > 0)
        {
            Put("{"u8, line, ref at);
            Put(labels, line, ref at);
            Put(labels.Length > 0 && label.Length > 0 ? ","u8 : default, line, ref at);
            Put(label, line, ref at);
            Put("}"u8, line, ref at);
        }

        Put(" "u8, line, ref at);
        at += WriteNumber(value, line[at..]);
        Put("\n"u8, line, ref at);
        output.Advance(at);
        return at;
    }

    public static int WriteNumber(double value, Span<byte> destination)
    {
        var written = 0;
        if (double.IsInfinity(value))
        {
            Put(value > 0 ? "+Inf"u8 : "-Inf"u8, destination, ref written);
        }
        else if (!value.TryFormat(destination, out written, default, CultureInfo.InvariantCulture))
        {
            throw new ArgumentException("too short for a number", nameof(destination));
        }

        return written;
    }

    private static void Put(ReadOnlySpan<byte> text, Span<byte> line, ref int at)
    {
        text.CopyTo(line[at..]);
        at += text.Length;
    }
}
