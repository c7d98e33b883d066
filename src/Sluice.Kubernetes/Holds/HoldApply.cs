using System.Text.Json;
using Sluice.Api.Gated;
using Sluice.Gating.Holds;
using Sluice.Gating.Time;

namespace Sluice.Kubernetes;

/// <summary>Writes what Sluice wants to own on an object as the body of a server-side apply, for the controller and for <c>sluice uninstall</c>.</summary>
public static class HoldApply
{
    /// <summary>
    /// The apply carries the identity of the object that was decided about: an object that was deleted meanwhile is not brought back,
    /// and a new one of the same name is not touched. What lets an object go carries its version, too: a watch may lag behind what a person
    /// has said meanwhile, that it shall stay suspended or wait for one more gate. A hold needs no version: it is right whatever changed.
    /// </summary>
    /// <param name="resource">Where the object is served.</param>
    /// <param name="key">The object that was decided about.</param>
    /// <param name="uid">Its identity.</param>
    /// <param name="resourceVersion">The version that was decided about, where the write must fail when anybody has written the object since; null: whatever its version.</param>
    /// <param name="intent">What to own on it.</param>
    public static ReadOnlyMemory<byte> Write(ApiResource resource, ObjectKey key, string uid, string? resourceVersion, HoldIntent intent)
    {
        using var body = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, resource.ApiVersion);
            json.WriteString("kind"u8, resource.Kind);
            json.WriteStartObject("metadata"u8);
            json.WriteString("name"u8, key.Name);
            json.WriteString("namespace"u8, key.Namespace);
            json.WriteString("uid"u8, uid);
            if (resourceVersion is not null)
            {
                json.WriteString("resourceVersion"u8, resourceVersion);
            }

            WriteAnnotations(json, intent);
            json.WriteEndObject();
            if (intent.Suspend)
            {
                json.WriteStartObject("spec"u8);
                json.WriteBoolean("suspend"u8, true);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static void WriteAnnotations(Utf8JsonWriter json, HoldIntent intent)
    {
        if (intent is { HeldBy: null, HeldSince: null, ReleasingOnce: null, ReleasedOnce: null })
        {
            // An empty map would be owned, too, and Sluice would stay among the managers of what it has released.
            return;
        }

        json.WriteStartObject("annotations"u8);
        Write(GatedAnnotations.HeldBy, intent.HeldBy);
        Write(GatedAnnotations.HeldSince, intent.HeldSince is { } since ? Rfc3339.Format(since) : null);
        Write(GatedAnnotations.ReleasingOnce, intent.ReleasingOnce);
        Write(GatedAnnotations.ReleasedOnce, intent.ReleasedOnce);
        json.WriteEndObject();

        void Write(string name, string? value)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }
    }
}
