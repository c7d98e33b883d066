using Sluice.Controller.Gated;

namespace Sluice.Controller.Sources;

/// <summary>
/// What Git repositories include into their artifacts. It must have passed gates, too, and nobody else may change it: it is the target of a gated source. And it must not be made of what includes it:
/// each release would be inside the next, and so a new candidate without end.
/// </summary>
internal sealed class Includes(GatedSources sources, Targets targets)
{
    /// <summary>Why a source may not include what it does, as a clause; <see langword="null"/>: it may.</summary>
    /// <param name="of">The source.</param>
    /// <param name="spec">Its spec as JSON.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<string?> FindProblemAsync(GatedKey of, string spec, CancellationToken cancellation) =>
        FindCircular(of, spec) is { } circular
            ? $"includes {circular}, which is itself made of {of}, so that each release would be inside the next, and a new candidate without end: take it out of spec.include. What both need belongs into a repository of its own, behind a GatedSource whose target they include"
        : await FindLooseAsync(of, spec, cancellation) is { } loose
            ? $"includes {loose}, which is not the target of a GatedSource, and so could change with no gate asked: put it behind one, and include its target"
        : null;

    /// <summary>A target with what is wrong with the includes of each of the specs that the status of its gated source keeps.</summary>
    public async Task<SeenTarget> CheckAsync(ObservedGatedSource observed, SeenTarget target, CancellationToken cancellation)
    {
        var (loose, circular) = (new Dictionary<string, GatedKey>(), new Dictionary<string, GatedKey>());
        foreach (var snapshot in observed.Status?.Specs ?? [])
        {
            if (observed.SourceKey is not { } key)
            {
                continue;
            }

            if (FindCircular(key, snapshot.Spec) is { } around)
            {
                circular[snapshot.Digest] = around;
            }

            if (await FindLooseAsync(key, snapshot.Spec, cancellation) is { } included)
            {
                loose[snapshot.Digest] = included;
            }
        }

        return target with { Loose = loose, Circular = circular };
    }

    private GatedKey? FindCircular(GatedKey of, string spec)
    {
        foreach (var included in Of(of, spec))
        {
            if (sources.IsMadeOf(included, of))
            {
                return included;
            }
        }

        return null;
    }

    private async Task<GatedKey?> FindLooseAsync(GatedKey of, string spec, CancellationToken cancellation)
    {
        foreach (var included in Of(of, spec))
        {
            if (await targets.ReadAsync(included, cancellation) is not { Owner: { } owner } || !sources.Pins(owner, included))
            {
                return included;
            }
        }

        return null;
    }

    private static IEnumerable<GatedKey> Of(GatedKey source, string spec) =>
        source.Kind.Kind == SourceKinds.Git ? PinnedSpec.Includes(spec).Select(name => new GatedKey(source.Kind, new(source.Key.Namespace, name))) : [];
}
