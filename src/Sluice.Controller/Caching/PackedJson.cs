using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sluice.Controller.Caching;

/// <summary>
/// A part of an object as the cache keeps it that is read only while somebody looks at that one, and is most of it, as the status of a GatedSource with twenty releases or a signature: compressed.
/// Unpacked it stays for as long as the garbage collector leaves it, so that one look unpacks it once.
/// </summary>
/// <typeparam name="T">What it is.</typeparam>
internal sealed class PackedJson<T> where T : class
{
    private readonly JsonTypeInfo<T> _type;
    private readonly byte[] _bytes;
    private readonly WeakReference<T?> _unpacked;

    public PackedJson(T value, JsonTypeInfo<T> type)
    {
        using var packed = new MemoryStream();
        using (var packing = new BrotliStream(packed, CompressionLevel.Optimal))
        {
            JsonSerializer.Serialize(packing, value, type);
        }

        (_type, _bytes, _unpacked) = (type, packed.ToArray(), new(value));
    }

    public T Unpack()
    {
        if (_unpacked.TryGetTarget(out var known))
        {
            return known;
        }

        using var unpacking = new BrotliStream(new MemoryStream(_bytes), CompressionMode.Decompress);
        var value = JsonSerializer.Deserialize(unpacking, _type)!;
        _unpacked.SetTarget(value);
        return value;
    }
}
