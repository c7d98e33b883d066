using Sluice.Controller.Gated;
using Sluice.Kubernetes;

namespace Sluice.LoadBench;

/// <summary>What the controller's cache of gated objects costs, as the garbage collector counts it: its own decoder, its own cache and indexes.</summary>
internal static class CachedMemory
{
    /// <summary>The managed memory of one cached object in bytes, of the objects of <paramref name="json"/>, each as the API server sent it.</summary>
    public static double BytesPerObject(IReadOnlyList<ReadOnlyMemory<byte>> json)
    {
        // Once beforehand, so that what the decoder allocates for good does not count.
        GatedObjectReader.Read(json[0].Span);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cache = new ObjectCache<GatedObject>();
        foreach (var (name, values) in GatedObjects.Indexes)
        {
            cache.AddIndex(name, values);
        }

        foreach (var one in json)
        {
            if (GatedObjectReader.Read(one.Span) is { } gated)
            {
                cache.Set(gated);
            }
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        var count = cache.Count;
        GC.KeepAlive(cache);
        return (after - before) / (double)count;
    }
}
