using NodaTime;

namespace Sluice.Gating.Calendars;

/// <summary>The occurrences that no rule gives, in order of their starts.</summary>
internal sealed class FixedOccurrences
{
    private readonly Occurrence[] _occurrences;

    // For each occurrence, the latest end among it and those before it: up to where it is not later than an instant, all are over by then.
    private readonly Instant[] _latestEnds;

    /// <summary>Puts them in order; those that take no time are left out.</summary>
    public FixedOccurrences(IEnumerable<Occurrence> occurrences)
    {
        _occurrences = [.. occurrences.Where(occurrence => occurrence.End > occurrence.Start).OrderBy(occurrence => occurrence.Start).ThenBy(occurrence => occurrence.End)];
        _latestEnds = new Instant[_occurrences.Length];
        for (var i = 0; i < _occurrences.Length; i++)
        {
            _latestEnds[i] = i == 0 ? _occurrences[i].End : Instant.Max(_occurrences[i].End, _latestEnds[i - 1]);
        }
    }

    /// <summary>Those that end after an instant.</summary>
    public IEnumerable<Occurrence> From(Instant from)
    {
        var found = Array.BinarySearch(_latestEnds, from);
        // Several may end at that instant: they are over.
        for (var i = found < 0 ? ~found : found; i < _occurrences.Length; i++)
        {
            if (_occurrences[i].End > from)
            {
                yield return _occurrences[i];
            }
        }
    }
}
