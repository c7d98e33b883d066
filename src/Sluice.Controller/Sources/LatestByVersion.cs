using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Sluice.Controller.Gated;

namespace Sluice.Controller.Sources;

/// <summary>What was made of the latest version of objects, to be found again while that is their version.</summary>
internal sealed class LatestByVersion<T>
{
    private readonly ConcurrentDictionary<GatedKey, (string Version, T Made)> _latest = new();

    /// <summary>What was made of that version.</summary>
    public bool TryGet(GatedKey key, string version, [MaybeNullWhen(false)] out T made)
    {
        var found = _latest.TryGetValue(key, out var latest) && latest.Version == version;
        made = found ? latest.Made : default;
        return found;
    }

    /// <summary>Keeps what was made of a version.</summary>
    public void Keep(GatedKey key, string version, T made) => _latest[key] = (version, made);

    /// <summary>Forgets an object.</summary>
    public void Forget(GatedKey key) => _latest.TryRemove(key, out _);
}
