using System.Text;
using System.Text.Json;

namespace Sluice.Kubernetes.Tests;

/// <summary>The kind that these tests are about: a value, and whether the informer is to be interested.</summary>
internal sealed record Thing(ObjectKey Key, string Uid, string ResourceVersion, int Value) : ICachedObject
{
    public static ApiResource Resource { get; } = new("test.sluice.dev", "v1", "things", "Thing");

    /// <summary>Null for a thing that says <c>hidden</c>; throws for a value that is no number.</summary>
    public static Thing? Decode(ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(json.ToArray());
        var metadata = document.RootElement.GetProperty("metadata");
        var spec = document.RootElement.GetProperty("spec");
        if (spec.TryGetProperty("hidden", out var hidden) && hidden.GetBoolean())
            return null;
        return new Thing(
            new ObjectKey(metadata.GetProperty("namespace").GetString()!, metadata.GetProperty("name").GetString()!),
            metadata.GetProperty("uid").GetString()!,
            metadata.GetProperty("resourceVersion").GetString()!,
            spec.GetProperty("value").GetInt32());
    }

    public static byte[] Encode(ObjectKey key, string uid, long version, string spec) => Encoding.UTF8.GetBytes(
        $$$"""{"apiVersion":"test.sluice.dev/v1","kind":"Thing","metadata":{"annotations":{"a":"{\"b\":[1]}"},"name":"{{{key.Name}}}","namespace":"{{{key.Namespace}}}","resourceVersion":"{{{version}}}","uid":"{{{uid}}}"},"spec":{{{spec}}}}""");
}
