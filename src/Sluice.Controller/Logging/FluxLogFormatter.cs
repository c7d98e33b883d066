using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Controller.Logging;

/// <summary>
/// Lines as the zap encoders of Flux's controllers write them, so that one log pipeline reads both:
/// <c>{"level":"info","ts":"2026-11-22T10:00:00.000Z","logger":"…","msg":"…",…,"error":"…"}</c>.
/// </summary>
internal static class FluxLogFormatter
{
    // Readers are log pipelines and people, not browsers: quotes and accents stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(
        IBufferWriter<byte> output,
        LogEncoding encoding,
        DateTimeOffset at,
        LogLevel level,
        string logger,
        string message,
        LogFields fields,
        Exception? exception)
    {
        var ts = at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        if (encoding == LogEncoding.Console)
        {
            // A message of several lines would be read as several entries.
            var line = message.ReplaceLineEndings(" ");
            Encoding.UTF8.GetBytes($"{ts}\t{Name(level).ToUpperInvariant()}\t{logger}\t{line}", output);
            if (!fields.Any && exception is null)
            {
                output.Write("\n"u8);
                return;
            }

            output.Write("\t"u8);
        }

        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            if (encoding == LogEncoding.Json)
            {
                json.WriteString("level", Name(level));
                json.WriteString("ts", ts);
                json.WriteString("logger", logger);
                json.WriteString("msg", message);
            }

            fields.Write(json);
            WriteException(json, level, exception);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    /// <summary>An error carries its stack: what is logged as one was not foreseen. A warning explains itself.</summary>
    private static void WriteException(Utf8JsonWriter json, LogLevel level, Exception? exception)
    {
        if (exception is null)
        {
            return;
        }

        json.WriteString("error", Describe(exception));
        if (level >= LogLevel.Error)
        {
            json.WriteString("stacktrace", exception.ToString());
        }
    }

    private static string Describe(Exception exception)
    {
        var text = new StringBuilder(exception.Message);
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            // .NET's own exceptions often repeat what is inside of them.
            if (!text.ToString().Contains(inner.Message, StringComparison.Ordinal))
            {
                text.Append(": ").Append(inner.Message);
            }
        }

        return text.ToString();
    }
}
