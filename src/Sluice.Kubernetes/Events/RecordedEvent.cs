using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sluice.Kubernetes;

/// <summary>One event on its way to the API server, as a <c>core/v1 Event</c>: it happened <c>At</c>, and waits <c>Since</c> that time stamp.</summary>
internal sealed record RecordedEvent(
    ObjectReference Regarding, EventType Type, string Reason, string Action, string Message, string? By, IReadOnlyDictionary<string, string>? Annotations,
    DateTimeOffset At, long Since)
{
    /// <summary>events.k8s.io allows no longer notes, and a longer message helps nobody in <c>kubectl get events</c>.</summary>
    private const int MaxMessageLength = 1024;
    private const int MaxByLength = 256;

    public static ApiResource Resource { get; } = new("", "v1", "events", "Event");

    /// <summary>Events about cluster-scoped objects live in <c>default</c>, as client-go's.</summary>
    public string Namespace => string.IsNullOrEmpty(Regarding.Key.Namespace) ? "default" : Regarding.Key.Namespace;

    /// <summary>The message; who did it is at its end, since an Event has no field for it, and is not what is left out of one that is too long.</summary>
    private string Text { get; } = WithWho(Message, By is null ? "" : $" (by {Shorten(By, MaxByLength)})");

    /// <summary>What must be equal for two events to be counted as one.</summary>
    public EventIdentity Identity => new(Regarding.Kind, Regarding.Key, Regarding.Uid, Type, Reason, Action, Text,
        string.Join('\n', (Annotations ?? new Dictionary<string, string>()).Select(annotation => $"{annotation.Key}={annotation.Value}")));

    public byte[] Encode(string name, EventRecorderOptions recorder)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, "v1"u8);
            json.WriteString("kind"u8, "Event"u8);
            json.WriteStartObject("metadata"u8);
            json.WriteString("namespace"u8, Namespace);
            json.WriteString("name"u8, name);
            WriteAnnotations(json);
            json.WriteEndObject();
            WriteRegarding(json);
            json.WriteString("type"u8, Type == EventType.Warning ? "Warning"u8 : "Normal"u8);
            json.WriteString("reason"u8, Reason);
            json.WriteString("action"u8, Action);
            json.WriteString("message"u8, Text);
            json.WriteStartObject("source"u8);
            json.WriteString("component"u8, recorder.Component);
            json.WriteEndObject();
            json.WriteString("reportingComponent"u8, recorder.Component);
            json.WriteString("reportingInstance"u8, recorder.Instance);
            json.WriteString("firstTimestamp"u8, Rfc3339(At));
            json.WriteString("lastTimestamp"u8, Rfc3339(At));
            json.WriteNumber("count"u8, 1);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    public static byte[] EncodeRepetition(int count, DateTimeOffset last)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("count"u8, count);
            json.WriteString("lastTimestamp"u8, Rfc3339(last));
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>A name that no other event has: the object's, made a valid DNS subdomain (RBAC names may hold colons), and something unique.</summary>
    public string NewName()
    {
        const int longest = 253 - 17;
        var name = new StringBuilder(Regarding.Key.Name.Length + 17);
        foreach (var c in Regarding.Key.Name.AsSpan(0, Math.Min(Regarding.Key.Name.Length, longest)))
            name.Append(char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c) || c is '-' or '.' ? c : '-');
        var unique = Guid.NewGuid().ToString("N")[..16];
        return $"{name.ToString().Trim('-', '.')}.{unique}".TrimStart('.');
    }

    private void WriteAnnotations(Utf8JsonWriter json)
    {
        if (Annotations is not { Count: > 0 })
            return;
        json.WriteStartObject("annotations"u8);
        foreach (var (key, value) in Annotations)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private void WriteRegarding(Utf8JsonWriter json)
    {
        json.WriteStartObject("involvedObject"u8);
        json.WriteString("apiVersion"u8, Regarding.ApiVersion);
        json.WriteString("kind"u8, Regarding.Kind);
        if (!string.IsNullOrEmpty(Regarding.Key.Namespace))
            json.WriteString("namespace"u8, Regarding.Key.Namespace);
        json.WriteString("name"u8, Regarding.Key.Name);
        json.WriteString("uid"u8, Regarding.Uid);
        if (Regarding.ResourceVersion is not null)
            json.WriteString("resourceVersion"u8, Regarding.ResourceVersion);
        json.WriteEndObject();
    }

    private static string WithWho(string message, string who) => Shorten(message, MaxMessageLength - who.Length) + who;

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static string Rfc3339(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
