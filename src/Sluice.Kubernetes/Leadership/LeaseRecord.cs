using System.Globalization;
using System.Text.Json;

namespace Sluice.Kubernetes;

/// <summary>What the election needs of a <c>coordination.k8s.io/v1 Lease</c>.</summary>
internal sealed record LeaseRecord(ObjectKey Key, string Uid, string ResourceVersion, string Holder, TimeSpan Duration, int Transitions) : ICachedObject
{
    public static ApiResource Resource { get; } = new("coordination.k8s.io", "v1", "leases", "Lease");

    /// <summary>Nobody holds it: released, or created without a spec.</summary>
    public bool IsFree => Holder.Length == 0;

    public static LeaseRecord Decode(ReadOnlySpan<byte> utf8Json)
    {
        var (space, name, uid, version, holder, seconds, transitions) = ("", "", "", "", "", 0, 0);
        var reader = new Utf8JsonReader(utf8Json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("metadata"u8) && !reader.ValueTextEquals("spec"u8))
            {
                reader.Skip();
                continue;
            }
            reader.Read();
            while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("namespace"u8))
                    space = NextString(ref reader);
                else if (reader.ValueTextEquals("name"u8))
                    name = NextString(ref reader);
                else if (reader.ValueTextEquals("uid"u8))
                    uid = NextString(ref reader);
                else if (reader.ValueTextEquals("resourceVersion"u8))
                    version = NextString(ref reader);
                else if (reader.ValueTextEquals("holderIdentity"u8))
                    holder = NextString(ref reader);
                else if (reader.ValueTextEquals("leaseDurationSeconds"u8))
                    seconds = NextInteger(ref reader);
                else if (reader.ValueTextEquals("leaseTransitions"u8))
                    transitions = NextInteger(ref reader);
                else
                    reader.Skip();
            }
        }
        return new LeaseRecord(new ObjectKey(space, name), uid, version, holder, TimeSpan.FromSeconds(seconds), transitions);
    }

    /// <summary>A whole Lease, or a merge patch for the one with <paramref name="resourceVersion"/>.</summary>
    public static byte[] Encode(ObjectKey key, string? resourceVersion, string holder, TimeSpan duration, DateTimeOffset renewed,
        DateTimeOffset? acquired, int? transitions)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, Resource.ApiVersion);
            json.WriteString("kind"u8, Resource.Kind);
            json.WriteStartObject("metadata"u8);
            json.WriteString("namespace"u8, key.Namespace);
            json.WriteString("name"u8, key.Name);
            if (resourceVersion is not null)
                json.WriteString("resourceVersion"u8, resourceVersion);
            json.WriteEndObject();
            json.WriteStartObject("spec"u8);
            json.WriteString("holderIdentity"u8, holder);
            // A Lease counts whole seconds, at least one; rounding up errs to the safe side.
            json.WriteNumber("leaseDurationSeconds"u8, Math.Max(1, (int)Math.Ceiling(duration.TotalSeconds)));
            json.WriteString("renewTime"u8, MicroTime(renewed));
            if (acquired is { } since)
                json.WriteString("acquireTime"u8, MicroTime(since));
            if (transitions is { } count)
                json.WriteNumber("leaseTransitions"u8, count);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static string MicroTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string NextString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString() ?? "";
    }

    private static int NextInteger(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : 0;
    }
}
