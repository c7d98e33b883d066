using Sluice.Controller.Approvals;
using Sluice.Controller.Gates;
using Sluice.Kubernetes;

namespace Sluice.Controller.Sources;

/// <summary>
/// Asks the API server itself, at the moment of a release, whether the gates and the approvals that it was decided by still are as they were seen: a watch may lag behind, and a gate that was closed
/// or an approval that was taken back meanwhile counts.
/// </summary>
internal sealed class ReleaseCheck(Informer<ObservedGate> gates, Votes votes, TimeProvider time)
{
    /// <summary>Whether they are. If not, the cache has what is newer, or will: look again.</summary>
    /// <param name="source">The gated source.</param>
    /// <param name="candidate">What its gates say.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="KubernetesApiException">The API server could not be asked: nothing is released.</exception>
    public async Task<bool> StandsAsync(ObservedGatedSource source, CandidateLook candidate, CancellationToken cancellation)
    {
        // A gate that is not seen holds.
        var seen = source.Gates.Select(gate => gates.Cache.Find(new(gate.Namespace, gate.Name))).OfType<ObservedGate>().ToList();
        if (!seen.TrueForAll(gate => gate.HasTakenRequests(time.GetUtcNow())))
        {
            // Somebody has just asked it to close, perhaps.
            return false;
        }

        var answers = await Task.WhenAll([
            .. seen.Select(gate => gates.IsCurrentAsync(gate, cancellation)),
            .. candidate.Approvals.Select(vote => votes.StandsAsync(new(vote.Gate.Split('/')[0], vote.Name), cancellation))]);
        return answers.All(stands => stands);
    }
}
