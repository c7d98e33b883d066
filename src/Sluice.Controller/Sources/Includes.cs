using Sluice.Controller.Gated;

namespace Sluice.Controller.Sources;

/// <summary>
/// What Git repositories include into their artifacts. It must have passed gates, too, and nobody else may change it: it is the target of a gated source.
/// </summary>
internal sealed class Includes(GatedSources sources, Targets targets)
{
    /// <summary>What a source includes that is not the target of a gated source, the first of it; <see langword="null"/>: all of it is.</summary>
    /// <param name="of">The source.</param>
    /// <param name="spec">Its spec as JSON.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<GatedKey?> FindLooseAsync(GatedKey of, string spec, CancellationToken cancellation)
    {
        foreach (var name in of.Kind.Kind == SourceKinds.Git ? PinnedSpec.Includes(spec) : [])
        {
            var included = new GatedKey(of.Kind, new(of.Key.Namespace, name));
            if (await targets.ReadAsync(included, cancellation) is not { Owner: { } owner } || !sources.Pins(owner, included))
            {
                return included;
            }
        }

        return null;
    }

    /// <summary>The same for each of the specs that the status of a gated source keeps, by their digests; those that include nothing else are not among them.</summary>
    public async Task<IReadOnlyDictionary<string, GatedKey>> FindLooseAsync(ObservedGatedSource observed, CancellationToken cancellation)
    {
        var loose = new Dictionary<string, GatedKey>();
        foreach (var snapshot in observed.Status?.Specs ?? [])
        {
            if (observed.SourceKey is { } key && await FindLooseAsync(key, snapshot.Spec, cancellation) is { } included)
            {
                loose[snapshot.Digest] = included;
            }
        }

        return loose;
    }
}
