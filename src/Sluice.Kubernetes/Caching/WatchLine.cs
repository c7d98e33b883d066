using System.Text.Json;

namespace Sluice.Kubernetes;

/// <summary>What a line of a watch announces.</summary>
internal enum WatchEventType
{
    Unknown,
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}

/// <summary>One line of a watch, <c>{"type":"ADDED","object":{…}}</c>, cut into its parts without parsing the object.</summary>
internal readonly ref struct WatchLine
{
    private WatchLine(WatchEventType type, ReadOnlySpan<byte> json)
    {
        Type = type;
        Object = json;
    }

    public WatchEventType Type { get; }

    public ReadOnlySpan<byte> Object { get; }

    /// <summary>Cuts a line; false if it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out WatchLine result)
    {
        result = default;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            if (!reader.Read() || !reader.ValueTextEquals("type"u8) || !reader.Read())
                return false;
            var type = TypeOf(ref reader);
            if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("object"u8) || !reader.Read())
                return false;
            // metav1.WatchEvent is these two fields in this order, so the object ends before the line's last brace:
            // finding its end by parsing would mean to parse every object twice.
            var end = line.LastIndexOf((byte)'}');
            var start = (int)reader.TokenStartIndex;
            if (end <= start)
                return false;
            result = new WatchLine(type, line[start..end]);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static WatchEventType TypeOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("ADDED"u8) ? WatchEventType.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? WatchEventType.Modified
        : reader.ValueTextEquals("DELETED"u8) ? WatchEventType.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchEventType.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? WatchEventType.Error
        : WatchEventType.Unknown;
}
