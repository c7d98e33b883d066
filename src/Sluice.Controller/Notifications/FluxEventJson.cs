using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gating.Time;

namespace Sluice.Controller.Notifications;

/// <summary>Writes events as notification-controller reads them.</summary>
internal static class FluxEventJson
{
    /// <summary>notification-controller's own limit. Its limit for the body, 3 MiB, cannot be met: annotations have 256 KiB.</summary>
    public const int LongestMessage = 39_000;

    private const string Prefix = "event.toolkit.fluxcd.io/";
    private const string GateKey = Prefix + "gate";
    private const string ReasonKey = Prefix + "reason";
    private const string ByKey = Prefix + "by";
    private const string Cut = "... (cut)";

    // The reader is a JSON parser, not a browser.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, FluxEvent value, string controller, string instance)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        WriteObject(json, value.InvolvedObject);
        json.WriteString("severity", value.Severity == EventSeverity.Error ? "error" : "info");
        json.WriteString("timestamp", Rfc3339.Format(Rfc3339.WholeSecond(value.Timestamp)));
        json.WriteString("message", Shortened(value.Message));
        json.WriteString("reason", value.Reason);
        WriteMetadata(json, value);
        json.WriteString("reportingController", controller);
        json.WriteString("reportingInstance", instance);
        json.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter json, InvolvedObject value)
    {
        json.WriteStartObject("involvedObject");
        json.WriteString("apiVersion", value.ApiVersion);
        json.WriteString("kind", value.Kind);
        json.WriteString("name", value.Name);
        json.WriteString("namespace", value.Namespace);
        WriteUnlessEmpty(json, "uid", value.Uid);
        WriteUnlessEmpty(json, "resourceVersion", value.ResourceVersion);
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, FluxEvent value)
    {
        json.WriteStartObject("metadata");
        foreach (var (key, text) in value.Annotations ?? new Dictionary<string, string>())
        {
            if (key.StartsWith(Prefix, StringComparison.Ordinal) && key is not (GateKey or ReasonKey or ByKey))
            {
                json.WriteString(key, text);
            }
        }

        WriteUnlessEmpty(json, GateKey, value.Gate);
        WriteUnlessEmpty(json, ReasonKey, value.GateReason);
        WriteUnlessEmpty(json, ByKey, value.By);

        // notification-controller keeps keys of the object's own group; an object of the core group has none to give.
        var slash = value.InvolvedObject.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0)
        {
            var group = value.InvolvedObject.ApiVersion[..slash];
            WriteUnlessEmpty(json, group + "/revision", value.Revision);
            WriteUnlessEmpty(json, group + "/token", value.Token);
        }

        json.WriteEndObject();
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter json, string key, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            json.WriteString(key, text);
        }
    }

    private static string Shortened(string message)
    {
        if (message.Length <= LongestMessage)
        {
            return message;
        }

        var end = LongestMessage - Cut.Length;
        return string.Concat(message.AsSpan(0, char.IsHighSurrogate(message[end - 1]) ? end - 1 : end), Cut);
    }
}
