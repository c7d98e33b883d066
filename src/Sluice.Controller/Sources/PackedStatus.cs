using System.IO.Compression;
using System.Text.Json;
using Sluice.Api.Serialization;
using Sluice.Api.Sources;

namespace Sluice.Controller.Sources;

/// <summary>
/// The status of a GatedSource as the cache keeps it: compressed, for with twenty releases it is nearly all of the object, and it is read only while somebody
/// looks at that one. Unpacked it stays for as long as the garbage collector leaves it, so that one look unpacks it once.
/// </summary>
internal sealed class PackedStatus
{
    private readonly byte[] _bytes;
    private readonly WeakReference<GatedSourceStatus?> _unpacked;

    public PackedStatus(GatedSourceStatus status)
    {
        using var packed = new MemoryStream();
        using (var packing = new BrotliStream(packed, CompressionLevel.Optimal))
        {
            JsonSerializer.Serialize(packing, status, ApiJson.Default.GatedSourceStatus);
        }

        (_bytes, _unpacked) = (packed.ToArray(), new(status));
    }

    public GatedSourceStatus Unpack()
    {
        if (_unpacked.TryGetTarget(out var known))
        {
            return known;
        }

        using var unpacking = new BrotliStream(new MemoryStream(_bytes), CompressionMode.Decompress);
        var status = JsonSerializer.Deserialize(unpacking, ApiJson.Default.GatedSourceStatus)!;
        _unpacked.SetTarget(status);
        return status;
    }
}
