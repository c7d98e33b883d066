using System.Text.Json;

namespace Sluice.Kubernetes;

/// <summary>
/// Cuts a list's JSON into its items while it arrives. Servers without WatchList send lists of 30 MB and more;
/// this holds one item at a time.
/// </summary>
internal static class ListReader
{
    // The largest single token or item; an object is at most 1.5 MiB in storage, which JSON may double.
    private const int MaxItemBytes = 8 * 1024 * 1024;

    private enum Place
    {
        Start,
        Top,
        Metadata,
        BeforeItems,
        Items,
        Unknown,
        End,
    }

    public static async Task<ListPage> ReadAsync(Stream stream, ItemReader onItem, CancellationToken cancellation)
    {
        using var window = new ByteWindow(MaxItemBytes, 64 * 1024);
        var state = new JsonReaderState();
        var place = Place.Start;
        ListPage? page = null;
        while (true)
        {
            var atEnd = await window.FillAsync(stream, cancellation).ConfigureAwait(false) == 0;
            try
            {
                window.Consume(Advance(window.Unread, atEnd, ref state, ref place, ref page, onItem));
            }
            catch (JsonException e)
            {
                throw new IOException("The list is not JSON, or was cut short.", e);
            }
            if (place == Place.End)
                return page ?? throw new IOException("The list has no metadata.");
            if (atEnd)
                throw new IOException("The list was cut short.");
        }
    }

    // Goes on where the last call stopped; returns how much is done with. TrySkip needs the whole value in the buffer, so
    // a value is only begun by remembering the state before it.
    private static int Advance(ReadOnlySpan<byte> json, bool atEnd, ref JsonReaderState state, ref Place place, ref ListPage? page, ItemReader onItem)
    {
        var reader = new Utf8JsonReader(json, atEnd, state);
        var consumed = 0;
        while (true)
        {
            if (!reader.Read())
                return consumed;
            var start = (int)reader.TokenStartIndex;
            switch (place)
            {
                case Place.Start:
                    if (reader.TokenType != JsonTokenType.StartObject)
                        throw new JsonException($"Expected a list and found {reader.TokenType}.");
                    place = Place.Top;
                    break;
                case Place.Top when reader.TokenType == JsonTokenType.EndObject:
                    place = Place.End;
                    return (int)reader.BytesConsumed;
                case Place.Top:
                    place = reader.ValueTextEquals("items"u8) ? Place.BeforeItems
                        : reader.ValueTextEquals("metadata"u8) ? Place.Metadata
                        : Place.Unknown;
                    break;
                case Place.BeforeItems:
                    // An empty list may be null.
                    place = reader.TokenType == JsonTokenType.StartArray ? Place.Items : Place.Top;
                    break;
                case Place.Items when reader.TokenType == JsonTokenType.EndArray:
                    place = Place.Top;
                    break;
                default:
                    if (!reader.TrySkip())
                        return consumed;
                    var value = json[start..(int)reader.BytesConsumed];
                    if (place == Place.Items)
                    {
                        onItem(value);
                        break;
                    }
                    if (place == Place.Metadata)
                        page = ReadMetadata(value);
                    place = Place.Top;
                    break;
            }
            consumed = (int)reader.BytesConsumed;
            state = reader.CurrentState;
        }
    }

    private static ListPage ReadMetadata(ReadOnlySpan<byte> json)
    {
        var (version, next) = ("", "");
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resourceVersion"u8))
            {
                reader.Read();
                version = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("continue"u8))
            {
                reader.Read();
                next = reader.GetString() ?? "";
            }
            else
            {
                reader.Skip();
            }
        }
        return new ListPage(version, next);
    }
}
