using System.Collections.Immutable;
using Sluice.Gating.Gates;

namespace Sluice.Gating.Releases;

/// <summary>What roll-backs have left behind.</summary>
internal static class Rollbacks
{
    /// <summary>
    /// Whether a roll-back has left something behind that was not released since: after its last release one went back to what had been released before that. It need not have been in force then: which of
    /// those that were left behind somebody had a reason against, is not known.
    /// </summary>
    /// <param name="history">The releases, the newest first.</param>
    /// <param name="isIt">Whether a candidate is what is asked about. What was never released is not left behind.</param>
    public static bool HaveLeftBehind(ImmutableArray<Release> history, Func<Candidate, bool> isIt)
    {
        // What roll-backs that were passed on the way went back to, and that was not passed yet.
        var beyond = new HashSet<Candidate>();
        foreach (var release in history)
        {
            beyond.Remove(release.Candidate);
            if (isIt(release.Candidate))
            {
                return beyond.Count > 0;
            }

            if (release.Reason == Release.Rollback)
            {
                beyond.Add(release.Candidate);
            }
        }

        return false;
    }
}
