using System.Text.Json;
using Sluice.Api.Gated;
using Sluice.Gating.Holds;
using Sluice.Gating.Time;
using Sluice.Kubernetes;

namespace Sluice.Controller.Gated;

/// <summary>Writes what Sluice wants to own on an object as the body of a server-side apply.</summary>
internal static class HoldApply
{
    /// <summary>
    /// The apply carries the identity of the object that was decided about: an object that was deleted meanwhile is not brought back,
    /// and a new one of the same name is not touched. What lets an object go carries its version, too: a watch may lag behind what a person
    /// has said meanwhile, that it shall stay suspended or wait for one more gate. A hold needs no version: it is right whatever changed.
    /// </summary>
    /// <param name="resource">Where the object is served.</param>
    /// <param name="gated">The object that was decided about.</param>
    /// <param name="intent">What to own on it.</param>
    /// <param name="ifUnchanged">Whether the write must fail when anybody has written the object since.</param>
    public static ReadOnlyMemory<byte> Write(ApiResource resource, GatedObject gated, HoldIntent intent, bool ifUnchanged)
    {
        using var body = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, resource.ApiVersion);
            json.WriteString("kind"u8, resource.Kind);
            json.WriteStartObject("metadata"u8);
            json.WriteString("name"u8, gated.Key.Name);
            json.WriteString("namespace"u8, gated.Key.Namespace);
            json.WriteString("uid"u8, gated.Uid);
            if (ifUnchanged)
            {
                json.WriteString("resourceVersion"u8, gated.ResourceVersion);
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
