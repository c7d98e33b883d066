using System.Text.Json;

namespace Sluice.Kubernetes;

/// <summary>The part of any object's <c>metadata</c> that the watch protocol itself needs.</summary>
internal readonly record struct ObjectHead(ObjectKey Key, string ResourceVersion, bool EndsInitialEvents)
{
    private static ReadOnlySpan<byte> InitialEventsEnd => "k8s.io/initial-events-end"u8;

    /// <summary>Reads up to the end of <c>metadata</c>, and no further. False if it is not there, or no JSON.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8Json, out ObjectHead head)
    {
        try
        {
            return Read(utf8Json, out head);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            head = default;
            return false;
        }
    }

    private static bool Read(ReadOnlySpan<byte> utf8Json, out ObjectHead head)
    {
        var reader = new Utf8JsonReader(utf8Json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("metadata"u8))
            {
                reader.Skip();
                continue;
            }
            head = ReadMetadata(ref reader);
            return head.ResourceVersion.Length > 0;
        }
        head = default;
        return false;
    }

    private static ObjectHead ReadMetadata(ref Utf8JsonReader reader)
    {
        var (space, name, version, ends) = ("", "", "", false);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
                name = NextString(ref reader);
            else if (reader.ValueTextEquals("namespace"u8))
                space = NextString(ref reader);
            else if (reader.ValueTextEquals("resourceVersion"u8))
                version = NextString(ref reader);
            else if (reader.ValueTextEquals("annotations"u8))
                ends = ReadAnnotations(ref reader);
            else
                reader.Skip();
        }
        return new ObjectHead(new ObjectKey(space, name), version, ends);
    }

    private static bool ReadAnnotations(ref Utf8JsonReader reader)
    {
        var ends = false;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var marks = reader.ValueTextEquals(InitialEventsEnd);
            reader.Read();
            ends |= marks && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("true"u8);
            reader.Skip();
        }
        return ends;
    }

    private static string NextString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString() ?? "";
    }
}
