using System.Text;
using System.Text.Json;

namespace Sluice.Kubernetes;

/// <summary>A <c>meta/v1 Status</c>: how the API server reports a failure, in an answer or as an event of a watch.</summary>
internal sealed record ApiStatus(int Code, string Reason, string Message, TimeSpan? RetryAfter, IReadOnlyList<StatusCause> Causes)
{
    /// <summary>The object that the failure is about; empty if it is not about one, as when its kind is not served.</summary>
    public string ObjectName { get; init; } = "";

    /// <summary>Reads a Status; whatever else a proxy may have answered becomes the message.</summary>
    public static ApiStatus Read(ReadOnlySpan<byte> utf8, int fallbackCode)
    {
        try
        {
            return ReadJson(utf8, fallbackCode);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 256)]).Trim();
            return new ApiStatus(fallbackCode, "", text, null, []);
        }
    }

    private static ApiStatus ReadJson(ReadOnlySpan<byte> utf8, int fallbackCode)
    {
        var (code, reason, message, name) = (fallbackCode, "", "", "");
        TimeSpan? retryAfter = null;
        List<StatusCause> causes = [];
        var reader = new Utf8JsonReader(utf8);
        Require(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("code"u8))
                code = NextInteger(ref reader) ?? fallbackCode;
            else if (reader.ValueTextEquals("reason"u8))
                reason = NextString(ref reader);
            else if (reader.ValueTextEquals("message"u8))
                message = NextString(ref reader);
            else if (reader.ValueTextEquals("details"u8))
                ReadDetails(ref reader, causes, ref retryAfter, ref name);
            else
                reader.Skip();
        }
        return new ApiStatus(code, reason, message, retryAfter, causes) { ObjectName = name };
    }

    private static void ReadDetails(ref Utf8JsonReader reader, List<StatusCause> causes, ref TimeSpan? retryAfter, ref string name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("retryAfterSeconds"u8))
                retryAfter = NextInteger(ref reader) is > 0 and { } seconds ? TimeSpan.FromSeconds(seconds) : null;
            else if (reader.ValueTextEquals("name"u8))
                name = NextString(ref reader);
            else if (reader.ValueTextEquals("causes"u8))
                ReadCauses(ref reader, causes);
            else
                reader.Skip();
        }
    }

    private static void ReadCauses(ref Utf8JsonReader reader, List<StatusCause> causes)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var (reason, field, message) = ("", "", "");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("reason"u8))
                    reason = NextString(ref reader);
                else if (reader.ValueTextEquals("field"u8))
                    field = NextString(ref reader);
                else if (reader.ValueTextEquals("message"u8))
                    message = NextString(ref reader);
                else
                    reader.Skip();
            }
            causes.Add(new StatusCause(reason, field, message));
        }
    }

    private static string NextString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString() ?? "";
    }

    private static int? NextInteger(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value : null;
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new JsonException("Not a Status.");
    }
}
